import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { MessageContent } from '../message-content.js';

const DAY_MS = 86_400_000;

/** What generated messages are, in turn. */
export const historyKinds = ['text', 'image', 'poll', 'location', 'quote'] as const;
export type HistoryKind = (typeof historyKinds)[number];

const writtenSchema = z.strictObject({
  id: z.string().max(64).optional(),
  fromMe: z.boolean().default(false),
  /** In a group: the number of the member who wrote it. */
  by: z.string().optional(),
  atMs: z.int(),
  text: z.string().optional(),
  /** Any WhatsApp message as JSON, in place of a text. */
  content: z.record(z.string(), z.unknown()).optional(),
  /** What the phone's owner (`me`) or the other side has answered with; in a group `by` is the member who did. */
  reactions: z
    .array(z.strictObject({ fromMe: z.boolean(), by: z.string().optional(), emoji: z.string(), atMs: z.int() }))
    .default([]),
});

const chatSchema = z.strictObject({
  /** The number of a phone of this network, or the JID of a group that the phone is in. */
  with: z.string().min(3).max(80),
  /** By which name the phone keeps the chat of a person. */
  addressing: z.enum(['pn', 'lid']).default('pn'),
  /** What the phone's owner calls the person. */
  name: z.string().max(100).optional(),
  /** So many are made up, spread evenly over so many days. */
  messages: z.int().min(0).max(200_000).default(0),
  days: z.number().min(0).max(20_000).default(30),
  kinds: z.array(z.enum(historyKinds)).min(1).default(['text']),
  /** These beside. */
  written: z.array(writtenSchema).max(1_000).default([]),
  /** The person has let the number write to them. */
  token: z.boolean().default(false),
});

/** What a phone has kept from before anything is linked to it. */
export const historySeedSchema = z.strictObject({
  chats: z.array(chatSchema).max(5_000),
  /** How many messages of each chat come first of all. */
  bootstrapMessages: z.int().min(0).max(100).default(3),
  /** How many messages one of the chunks after that holds. */
  messagesPerChunk: z.int().min(1).max(100_000).default(500),
  /** How far back a companion is told that does not ask for everything. */
  recentDays: z.number().min(0).max(20_000).default(90),
});
export type HistorySeedInput = z.input<typeof historySeedSchema>;
export type HistorySeed = z.output<typeof historySeedSchema> & {
  /** From here the days of made-up messages count. */
  seededAtMs: number;
};
export type SeededChat = HistorySeed['chats'][number];

/** A message as the phone has kept it, before anybody's names are put in. */
export interface KeptMessage {
  id: string;
  fromMe: boolean;
  by: string | undefined;
  atMs: number;
  kind: HistoryKind;
  text: string;
  content: MessageContent | undefined;
  reactions: SeededChat['written'][number]['reactions'];
}

/** The made-up ones: the same each time, numbered from the oldest, every other one by the phone's owner. */
function madeUp(phone: string, chat: SeededChat, seededAtMs: number): KeptMessage[] {
  const step = (chat.days * DAY_MS) / Math.max(1, chat.messages);
  return Array.from({ length: chat.messages }, (_, index) => {
    const digest = createHash('sha256').update(`${phone} ${chat.with} ${index}`).digest('hex');
    return {
      id: `3EB0${digest.slice(0, 18).toUpperCase()}`,
      fromMe: index % 2 === 1,
      by: undefined,
      atMs: seededAtMs - Math.round((index + 1) * step),
      kind: chat.kinds[index % chat.kinds.length] ?? 'text',
      text: `old message ${chat.messages - index}`,
      content: undefined,
      reactions: [],
    };
  });
}

/** All messages of a chat, from the newest to the oldest, as phones hand them over. */
export function keptMessages(phone: string, chat: SeededChat, seededAtMs: number): KeptMessage[] {
  const written = chat.written.map(({ id, fromMe, by, atMs, text = '', content, reactions }, index) => ({
    id: id ?? `3EB0WRITTEN${chat.with.replace(/\D/g, '').slice(-8)}${index}`,
    fromMe,
    by,
    atMs,
    kind: 'text' as const,
    text,
    content,
    reactions,
  }));
  const kept: KeptMessage[] = [...madeUp(phone, chat, seededAtMs), ...written];
  return kept.sort((one, other) => other.atMs - one.atMs);
}
