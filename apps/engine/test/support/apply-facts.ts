import type { FactMessage } from '@multiwa/bus';
import type { Database } from '@multiwa/db';

const rank = ['QUEUED', 'SENT', 'DELIVERED', 'READ', 'PLAYED'];

/** As much of what apps/events does as the engine depends on. */
export async function applyFacts({ prisma }: Database, batch: readonly FactMessage[]): Promise<void> {
  for (const { kind, payload } of batch) {
    if (kind === 'profile-status') {
      const { profileId, generation, step, status, reason, health, healthReason, restriction, qr, settled } = payload;
      await prisma.profile.updateMany({
        where: {
          id: profileId,
          OR: [{ statusGeneration: { lt: generation } }, { statusGeneration: generation, statusStep: { lt: step } }],
        },
        data: {
          status,
          statusReason: reason,
          health,
          healthReason,
          ...(restriction ? { restriction } : {}),
          qr: qr?.text ?? null,
          statusGeneration: generation,
          statusStep: step,
          ...(settled ? { desiredState: 'DISCONNECTED' as const } : {}),
        },
      });
    }
    if (kind === 'history-messages' || kind === 'history-people') {
      const { profileId, link, attempt, part } = payload;
      const row = { link, attempt, part, mode: 'RECENT', state: 'RUNNING' };
      await prisma.historySync.upsert({ where: { profileId }, create: { profileId, ...row }, update: row });
    }
    if (kind === 'message-status') {
      const { profileId, waMessageId, status } = payload;
      const lower = rank.slice(0, status === 'FAILED' ? 1 : rank.indexOf(status)) as 'QUEUED'[];
      await prisma.message.updateMany({
        where: { profileId, waMessageId, fromMe: true, status: { in: lower } },
        data: { status, failureCode: payload.failure?.code ?? null },
      });
    }
  }
}
