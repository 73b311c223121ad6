import { isLidUser, isPnUser, jidNormalizedUser, type WASocket } from '@whiskeysockets/baileys';
import type { SignalKeys } from '../signal-keys.js';

/** Beside the tokens, the library keeps the list of whose they are. */
const INDEX = '__index';

/** What of a chat the session itself lives on. */
export interface ChatKeys {
  jid: string;
  /** The other name of a one-to-one chat's person, if the phone tells it. */
  otherJid: string | undefined;
  /** Lets the number write to the person, whatever WhatsApp forbids it otherwise. */
  token: Buffer | undefined;
  tokenAt: number;
  tokenSentAt: number | undefined;
}

/** A pair of names of one person. */
export interface Pair {
  pn: string;
  lid: string;
}

/** Of the two names that belong together, which is which; undefined for what is no pair. */
export function pairOf(one: string | undefined, other: string | undefined): Pair | undefined {
  if (!one || !other) return undefined;
  if (isPnUser(one) && isLidUser(other)) return { pn: one, lid: other };
  return isLidUser(one) && isPnUser(other) ? { pn: other, lid: one } : undefined;
}

type Sock = Pick<WASocket, 'signalRepository'>;

/**
 * Keeps what the library keeps of a chunk when it reads one itself: the pairs of names, and the tokens, each under the name
 * under which the library looks for it; of two the later one.
 */
export async function keepSessionData(
  { signalRepository }: Sock,
  keys: Pick<SignalKeys, 'get' | 'set'>,
  pairs: readonly Pair[],
  chats: readonly ChatKeys[],
): Promise<void> {
  if (pairs.length > 0) await signalRepository.lidMapping.storeLIDPNMappings([...pairs]);
  const given = new Map<string, ChatKeys & { token: Buffer }>();
  for (const chat of chats) {
    const { token, tokenAt } = chat;
    if (!token?.length || tokenAt <= 0) continue;
    const jid = jidNormalizedUser(chat.jid);
    const lid = isLidUser(jid) ? jid : await signalRepository.lidMapping.getLIDForPN(jid);
    given.set(lid ?? jid, { ...chat, token });
  }
  if (given.size === 0) return;
  const known = await keys.get('tctoken', [...given.keys(), INDEX]);
  const entries: Record<string, { token: Buffer; timestamp?: string; senderTimestamp?: number }> = {};
  for (const [jid, { token, tokenAt, tokenSentAt }] of given) {
    const before = known[jid];
    if (Number(before?.timestamp ?? 0) >= tokenAt) continue;
    entries[jid] = {
      ...before,
      token,
      timestamp: String(tokenAt),
      ...(tokenSentAt !== undefined && { senderTimestamp: tokenSentAt }),
    };
  }
  if (Object.keys(entries).length === 0) return;
  const index = [...new Set([...indexOf(known[INDEX]?.token), ...Object.keys(entries)])];
  await keys.set({ tctoken: { ...entries, [INDEX]: { token: Buffer.from(JSON.stringify(index)) } } });
}

function indexOf(token: Uint8Array | undefined): string[] {
  if (!token?.length) return [];
  try {
    const list: unknown = JSON.parse(Buffer.from(token).toString());
    return Array.isArray(list) ? list.filter((jid) => typeof jid === 'string') : [];
  } catch {
    return [];
  }
}
