import { randomBytes } from 'node:crypto';
import { proto } from '@whiskeysockets/baileys';
import type { Account, HistoryWish } from '../../model/account.js';
import { isGroupJid } from '../../model/group.js';
import type { Network } from '../../model/network.js';
import { messageOf } from '../message-content.js';
import type { MediaDescriptor } from '../phone-media.js';
import { type HistorySeed, type KeptMessage, keptMessages, type SeededChat } from './seed.js';

const { HistorySyncType } = proto.HistorySync;
const { Status } = proto.WebMessageInfo;
const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;

export interface HistoryChunk {
  syncType: proto.HistorySync.HistorySyncType;
  chunkOrder: number;
  /** Of its kind, in percent. */
  progress: number;
  history: proto.IHistorySync;
}

interface Dependencies {
  network: Network;
  account: Account;
  /** What pictures carry. */
  picture(): Promise<MediaDescriptor>;
}

interface ChatMessages {
  chat: SeededChat;
  jid: string;
  messages: KeptMessage[];
}

/**
 * The chunks of a phone's history, as a companion gets them that asked for it in these words: first a few messages of every chat,
 * then names, then what is recent, and, where everything was asked for, the rest.
 */
export async function* historyChunks(
  seed: HistorySeed,
  wish: HistoryWish,
  dependencies: Dependencies,
): AsyncGenerator<HistoryChunk> {
  const { account } = dependencies;
  const chats = seed.chats.map((chat) => ({
    chat,
    jid: jidOf(chat, dependencies),
    messages: keptMessages(account.phone, chat, seed.seededAtMs),
  }));
  const first = chats.map((one) => ({ ...one, messages: one.messages.slice(0, seed.bootstrapMessages) }));
  const rest = chats.map((one) => ({ ...one, messages: one.messages.slice(seed.bootstrapMessages) }));
  const people = peopleOf(seed, dependencies);
  const known = people.filter(({ record }) => !record.phoneHidden);
  yield {
    syncType: HistorySyncType.INITIAL_BOOTSTRAP,
    chunkOrder: 1,
    progress: 0,
    history: {
      syncType: HistorySyncType.INITIAL_BOOTSTRAP,
      conversations: await conversations(first, dependencies),
      phoneNumberToLidMappings: known.map((one) => ({ pnJid: one.jid('pn'), lidJid: one.jid('lid') })),
    },
  };
  yield {
    syncType: HistorySyncType.PUSH_NAME,
    chunkOrder: 1,
    progress: 100,
    history: {
      syncType: HistorySyncType.PUSH_NAME,
      pushnames: people.map((one) => ({
        id: one.jid(one.record.phoneHidden ? 'lid' : 'pn'),
        pushname: one.record.name,
      })),
    },
  };
  const recentFrom = seed.seededAtMs - (wish.recentDays ?? seed.recentDays) * DAY_MS;
  const isRecent = ({ atMs }: KeptMessage) => atMs >= recentFrom;
  yield* inChunks(HistorySyncType.RECENT, pick(rest, isRecent), seed.messagesPerChunk, dependencies);
  if (!wish.full) return;
  const fullFrom = wish.fullDays === undefined ? 0 : seed.seededAtMs - wish.fullDays * DAY_MS;
  const isOlder = (message: KeptMessage) => !isRecent(message) && message.atMs >= fullFrom;
  yield* inChunks(HistorySyncType.FULL, pick(rest, isOlder), seed.messagesPerChunk, dependencies);
}

function pick(chats: readonly ChatMessages[], wanted: (message: KeptMessage) => boolean): ChatMessages[] {
  return chats.map((one) => ({ ...one, messages: one.messages.filter(wanted) }));
}

/** At least one, so that the companion learns that this kind is complete. */
async function* inChunks(
  syncType: proto.HistorySync.HistorySyncType,
  chats: readonly ChatMessages[],
  perChunk: number,
  dependencies: Dependencies,
): AsyncGenerator<HistoryChunk> {
  const total = chats.reduce((sum, { messages }) => sum + messages.length, 0);
  const chunks = Math.max(1, Math.ceil(total / perChunk));
  for (let index = 0; index < chunks; index++) {
    const part = slice(chats, index * perChunk, (index + 1) * perChunk);
    const history = { syncType, conversations: await conversations(part, dependencies) };
    yield { syncType, chunkOrder: index + 1, progress: Math.floor(((index + 1) / chunks) * 100), history };
  }
}

/** The messages between two places, counted through all chats. */
function slice(chats: readonly ChatMessages[], from: number, to: number): ChatMessages[] {
  let before = 0;
  return chats.flatMap((one) => {
    const messages = one.messages.slice(Math.max(0, from - before), Math.max(0, to - before));
    before += one.messages.length;
    return messages.length > 0 ? [{ ...one, messages }] : [];
  });
}

async function conversations(
  chats: readonly ChatMessages[],
  dependencies: Dependencies,
): Promise<proto.IConversation[]> {
  return Promise.all(
    chats.map(async ({ chat, jid, messages }) => {
      const other = dependencies.network.directory.find(chat.with);
      return {
        id: jid,
        messages: await Promise.all(messages.map((message) => toSync(message, chat, jid, dependencies))),
        ...(chat.name !== undefined && { name: chat.name, displayName: chat.name }),
        ...(other && !other.record.phoneHidden && { pnJid: other.jid('pn'), lidJid: other.jid('lid') }),
        ...(other && chat.token && tokenOf(other)),
      };
    }),
  );
}

/** What a person gives to those whom they let write to them. */
function tokenOf(other: Account) {
  const tcToken = Buffer.from(`token of ${other.phone}`);
  return { tcToken, tcTokenTimestamp: Math.floor(Date.now() / SECOND_MS) };
}

async function toSync(
  kept: KeptMessage,
  chat: SeededChat,
  jid: string,
  dependencies: Dependencies,
): Promise<proto.IHistorySyncMsg> {
  const author = kept.fromMe ? undefined : authorOf(kept, chat, dependencies);
  const participant = isGroupJid(jid) ? author?.jid('lid') : undefined;
  return {
    message: {
      key: { remoteJid: jid, fromMe: kept.fromMe, id: kept.id, ...(participant && { participant }) },
      message: await contentOf(kept, dependencies),
      messageTimestamp: Math.floor(kept.atMs / SECOND_MS),
      status: kept.fromMe ? Status.READ : Status.DELIVERY_ACK,
      ...(author && { pushName: author.record.name }),
      reactions: kept.reactions.map(({ fromMe, by, emoji, atMs }, index) => {
        const member = by === undefined ? participant : dependencies.network.directory.find(by)?.jid('lid');
        const named = isGroupJid(jid) && !fromMe && { participant: member };
        return {
          key: { remoteJid: jid, fromMe, id: `${kept.id}R${index}`, ...named },
          text: emoji,
          senderTimestampMs: atMs,
        };
      }),
    },
  };
}

async function contentOf({ kind, text, content, id }: KeptMessage, { picture }: Dependencies): Promise<proto.IMessage> {
  if (content) return messageOf(content);
  if (kind === 'image')
    return messageOf({ imageMessage: { ...(await picture()), mimetype: 'image/png', caption: text } });
  if (kind === 'location') return { locationMessage: { degreesLatitude: -6.9, degreesLongitude: 107.6, name: text } };
  if (kind === 'quote') {
    const contextInfo = { stanzaId: `${id}Q`, quotedMessage: { conversation: 'what was said before' } };
    return { extendedTextMessage: { text, contextInfo } };
  }
  if (kind === 'poll') {
    const options = ['yes', 'no'].map((optionName) => ({ optionName }));
    const pollCreationMessageV3 = { name: text, options, selectableOptionsCount: 1 };
    return { pollCreationMessageV3, messageContextInfo: { messageSecret: randomBytes(32) } };
  }
  return { conversation: text };
}

function jidOf(chat: SeededChat, { network }: Dependencies): string {
  if (isGroupJid(chat.with)) return chat.with;
  return network.directory.find(chat.with)?.jid(chat.addressing) ?? '';
}

function authorOf({ by, id }: KeptMessage, chat: SeededChat, { network, account }: Dependencies): Account | undefined {
  if (!isGroupJid(chat.with)) return network.directory.find(chat.with);
  if (by !== undefined) return network.directory.find(by);
  const others = groupOthers(chat.with, network, account);
  return others[Number.parseInt(id.slice(-2), 16) % Math.max(1, others.length)];
}

function groupOthers(group: string, network: Network, account: Account): Account[] {
  const members = network.groups.find(group)?.record.members ?? [];
  return members.flatMap(({ phone }) => (phone === account.phone ? [] : (network.directory.find(phone) ?? [])));
}

/** Everybody who has a chat with the phone or writes in one of its groups. */
function peopleOf({ chats }: HistorySeed, { network, account }: Dependencies): Account[] {
  const people = chats.flatMap((chat) =>
    isGroupJid(chat.with) ? groupOthers(chat.with, network, account) : (network.directory.find(chat.with) ?? []),
  );
  return [...new Set(people)];
}
