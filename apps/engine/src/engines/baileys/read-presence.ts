import type { PresenceState } from '@multiwa/contracts';
import type { PresenceData } from '@whiskeysockets/baileys';
import type { PresenceSeen } from '../engine.js';
import { chatOf, identityOf, isGroup } from './addresses.js';
import type { CompleteIdentity } from './complete-identity.js';

const states: Readonly<Record<PresenceData['lastKnownPresence'], PresenceState>> = {
  available: 'online',
  unavailable: 'offline',
  composing: 'typing',
  recording: 'recording',
  paused: 'online',
};

/** What WhatsApp tells of people in a chat, in our words. */
export async function readPresence(
  { id, presences }: { id: string; presences: Record<string, PresenceData> },
  complete: CompleteIdentity,
): Promise<PresenceSeen[]> {
  const peer = isGroup(id) ? null : await complete(identityOf(id));
  const chat = peer ? chatOf(peer) : id;
  if (chat === null) return [];
  const at = new Date().toISOString();
  return Promise.all(
    Object.entries(presences).map(async ([jid, { lastKnownPresence, lastSeen }]) => ({
      at,
      chat,
      who: peer ?? (await complete(identityOf(jid))),
      state: states[lastKnownPresence],
      lastSeenAt: lastSeen === undefined ? null : new Date(lastSeen * 1_000).toISOString(),
    })),
  );
}
