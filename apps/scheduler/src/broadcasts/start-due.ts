import type { Bus } from '@multiwa/bus';
import { audienceSourceSchema, CodedError, subjects, timing } from '@multiwa/contracts';
import {
  appendEvents,
  changeBroadcast,
  type Database,
  freezeAudience,
  type LockedBroadcast,
  lockDueBroadcast,
} from '@multiwa/db';
import { newId, planAudience, readBroadcastSettings } from '@multiwa/domain';
import type { Logger } from '@multiwa/runtime';
import type { Transaction } from '../messages/publish-sends.js';
import { endBroadcast } from './end-broadcast.js';
import { statusEvent } from './status-event.js';

export interface StartDueDeps {
  database: Pick<Database, 'transaction'>;
  bus: Pick<Bus, 'nudge'>;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Starts the broadcasts whose time has come, each in one transaction that one replica holds. One that cannot be sent to
 * anyone any more ends FAILED, with the code that a start through the API would answer.
 */
export function makeStartDue({ database, bus, logger }: StartDueDeps) {
  return async function startDue(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const found = await database.transaction(startOne);
      if (!found) return;
      const { broadcastId, failureCode } = found;
      if (failureCode) logger.warn({ broadcastId, code: failureCode }, 'A scheduled broadcast could not start');
      else logger.info({ broadcastId }, 'A scheduled broadcast started');
      bus.nudge(subjects.nudge.outbox);
      bus.nudge(subjects.nudge.broadcasts);
    }
  };
}

async function startOne(tx: Transaction) {
  const broadcast = await lockDueBroadcast(tx);
  if (!broadcast) return undefined;
  const broadcastId = broadcast.id;
  const failureCode = await refusalOf(tx, broadcast);
  if (failureCode) {
    await endBroadcast(tx, broadcast, { action: 'fail', failureCode });
    return { broadcastId, failureCode };
  }
  await freeze(tx, broadcast, true);
  const started = await changeBroadcast(tx, broadcastId, { status: 'RUNNING', startedAt: new Date() });
  await appendEvents(tx, [await statusEvent(tx, started)]);
  return { broadcastId, failureCode };
}

/** Why it cannot start. Looks at everything before anything is stored, since the refusal itself is to be kept. */
async function refusalOf(tx: Transaction, broadcast: LockedBroadcast): Promise<string | null> {
  if (broadcast.profileDeleted) return 'profile_deleted';
  try {
    await freeze(tx, broadcast, false);
    return null;
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

/** @throws CodedError `template_invalid`, `variable_unknown` or `audience_empty` */
async function freeze(tx: Transaction, broadcast: LockedBroadcast, store: boolean): Promise<void> {
  const source = audienceSourceSchema.parse(broadcast.audience);
  const planner = planAudience(readBroadcastSettings(broadcast).content, source);
  const options = { newId, chunk: timing.broadcast.freezeChunk, store };
  await freezeAudience(tx, broadcast, source.kind === 'tags' ? (source.tags ?? []) : null, planner, options);
  planner.check();
}
