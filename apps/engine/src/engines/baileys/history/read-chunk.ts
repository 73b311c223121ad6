import type { Identity } from '@multiwa/contracts';
import { isJidGroup, isLidUser, isPnUser, jidNormalizedUser, proto } from '@whiskeysockets/baileys';
import type { HistoryPiece, HistoryWanted } from '../../history.js';
import { chatOf, identityOf } from '../addresses.js';
import type { CompleteIdentity } from '../complete-identity.js';
import { type OldChat, readOldMessage, timeOf } from './old-message.js';
import { type ConversationFields, scanHistory } from './scan-history.js';
import { type ChatKeys, type Pair, pairOf } from './session-data.js';

/** Fields of the protobuf message Conversation, by number. */
const CONVERSATION = {
  id: 1,
  name: 13,
  tcToken: 21,
  tcTokenTimestamp: 22,
  tcTokenSenderTimestamp: 27,
  displayName: 38,
  pnJid: 39,
  lidJid: 42,
  accountLid: 49,
} as const;
/** Times have whole seconds: messages of the same one are told apart by their place. */
const NEWEST_OF_SECOND = 999;
const MAX_NAME = 200;

interface Conversation extends ChatKeys {
  name: string | null;
}

interface Dependencies {
  self: Identity;
  complete: CompleteIdentity;
  /** Keeps what the session lives on; from then on `complete` knows the pairs. */
  keep(pairs: readonly Pair[], chats: readonly ChatKeys[]): Promise<void>;
}

/**
 * What a chunk holds. It is gone through twice: what says who the people of its chats are may stand behind their messages.
 * What cannot be read of it is passed over.
 */
export async function* readChunk(
  compressed: Buffer,
  wanted: HistoryWanted,
  { self, complete, keep }: Dependencies,
): AsyncGenerator<HistoryPiece> {
  const { conversations, pairs, pushNames } = await readHeads(compressed);
  await keep(pairs, conversations);
  if (wanted.sessionOnly) return;
  yield* readMessages(compressed, conversations, wanted, { self, complete });
  for (const { jid, otherJid, name } of conversations) {
    const person = identityOf(jid, otherJid);
    if (name && isKnown(person))
      yield { kind: 'person', person: { ...(await complete(person)), name, pushName: null } };
  }
  for (const { id, pushname } of pushNames) {
    const person = identityOf(id ?? undefined);
    const pushName = pushname?.slice(0, MAX_NAME);
    if (pushName && isKnown(person))
      yield { kind: 'person', person: { ...(await complete(person)), name: null, pushName } };
  }
}

async function readHeads(compressed: Buffer) {
  const conversations: Conversation[] = [];
  const pairs: Pair[] = [];
  const pushNames: proto.IPushname[] = [];
  for await (const item of scanHistory(compressed, false)) {
    if (item.kind === 'conversation') conversations[item.conversation] = headOf(item.fields);
    else if (item.kind === 'pushname') pushNames.push(...decoded(() => proto.Pushname.decode(item.bytes)));
    else if (item.kind === 'mapping') {
      for (const { pnJid, lidJid } of decoded(() => proto.PhoneNumberToLIDMapping.decode(item.bytes))) {
        pairs.push(...present(pairOf(pnJid ?? undefined, lidJid ?? undefined)));
      }
    }
  }
  for (const { jid, otherJid } of conversations) pairs.push(...present(pairOf(jid, otherJid)));
  return { conversations, pairs, pushNames };
}

function headOf(fields: ConversationFields): Conversation {
  const text = (field: number) => {
    const value = fields.get(field);
    return value instanceof Buffer ? value.toString() : undefined;
  };
  const number = (field: number) => {
    const value = fields.get(field);
    return typeof value === 'number' ? value : undefined;
  };
  const token = fields.get(CONVERSATION.tcToken);
  const given = text(CONVERSATION.id) ?? '';
  const jid = isPnUser(given) || isLidUser(given) ? jidNormalizedUser(given) : given;
  const other = isLidUser(jid)
    ? text(CONVERSATION.pnJid)
    : (text(CONVERSATION.lidJid) ?? text(CONVERSATION.accountLid));
  const name = text(CONVERSATION.displayName) || text(CONVERSATION.name) || null;
  return {
    jid,
    otherJid: isJidGroup(jid) ? undefined : other && jidNormalizedUser(other),
    name: isJidGroup(jid) ? null : (name?.slice(0, MAX_NAME) ?? null),
    token: token instanceof Buffer ? token : undefined,
    tokenAt: number(CONVERSATION.tcTokenTimestamp) ?? 0,
    tokenSentAt: number(CONVERSATION.tcTokenSenderTimestamp),
  };
}

async function* readMessages(
  compressed: Buffer,
  conversations: readonly Conversation[],
  { notBefore, messagesPerChat }: HistoryWanted,
  { self, complete }: Pick<Dependencies, 'self' | 'complete'>,
): AsyncGenerator<HistoryPiece> {
  const chats = await Promise.all(conversations.map((conversation) => chatIn(conversation, complete)));
  const oldest = notBefore === null ? 0 : notBefore.getTime() / 1_000;
  let current = -1;
  let taken = 0;
  let second = 0;
  let order = NEWEST_OF_SECOND;
  for await (const item of scanHistory(compressed, true)) {
    if (item.kind !== 'message') continue;
    if (item.conversation !== current) {
      current = item.conversation;
      taken = 0;
      second = 0;
    }
    const chat = chats[current];
    if (!chat || (messagesPerChat !== null && taken >= messagesPerChat)) continue;
    const [info] = decoded(() => proto.HistorySyncMsg.decode(item.bytes).message ?? undefined);
    const seconds = info && timeOf(info);
    if (!info || seconds === undefined || seconds < oldest) continue;
    // They come from the newest to the oldest.
    order = seconds === second ? Math.max(0, order - 1) : NEWEST_OF_SECOND;
    second = seconds;
    const message = await readOldMessage(info, chat, order, self, complete).catch(() => undefined);
    if (!message) continue;
    taken += 1;
    yield { kind: 'message', message };
  }
}

/** Undefined for status, channels and broadcast lists. */
async function chatIn({ jid, otherJid }: Conversation, complete: CompleteIdentity): Promise<OldChat | undefined> {
  if (isJidGroup(jid)) return { jid, chat: jid, peer: null };
  const peer = await complete(identityOf(jid, otherJid));
  const chat = chatOf(peer);
  return chat === null ? undefined : { jid, chat, peer };
}

function isKnown({ phone, lid }: Identity): boolean {
  return phone !== null || lid !== null;
}

/** Nothing for what cannot be decoded. */
function decoded<T>(decode: () => T | undefined): T[] {
  try {
    return present(decode());
  } catch {
    return [];
  }
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
