import type { Network } from '../../model/network.js';
import { isStatusJid } from '../../model/status.js';
import type { MessageContent } from '../message-content.js';
import type { PhoneRecords } from '../records.js';
import { type HistorySeed, historySeedSchema, type SeededChat } from './seed.js';

type WrittenMessage = SeededChat['written'][number];

/** A message as it was sent or received. */
interface Recorded {
  id: string;
  /** The number of the other person, or the JID of the group. */
  chat: string;
  fromMe: boolean;
  by: string;
  atMs: number;
  content: MessageContent;
}

/** What only changes or accompanies other messages: it is shown on them, or nowhere. */
const NOT_SHOWN = new Set([
  'messageContextInfo',
  'senderKeyDistributionMessage',
  'protocolMessage',
  'reactionMessage',
  'encReactionMessage',
  'pollUpdateMessage',
  'pinInChatMessage',
  'keepInChatMessage',
]);

/**
 * What a phone has kept up to a moment: what it was seeded with, and the conversations it has had, as they look by then: messages
 * that were taken back are gone, edits and reactions stand on the messages that they are about.
 * @param untilMs when a companion was linked, which gets everything after that by itself
 */
export function keptHistory(
  network: Network,
  { account, records }: { account: { phone: string }; records: PhoneRecords },
  untilMs: number,
): HistorySeed {
  const seed = network.histories.get(account.phone) ?? {
    ...historySeedSchema.parse({ chats: [] }),
    seededAtMs: untilMs,
  };
  const chats = new Map(seed.chats.map((chat) => [chat.with, { ...chat }]));
  for (const [other, written] of conversationsOf(recorded(account.phone, records, untilMs))) {
    const chat = chats.get(other);
    if (chat) chat.written = [...chat.written, ...written];
    else chats.set(other, chatWith(network, other, written));
  }
  return { ...seed, chats: [...chats.values()] };
}

function chatWith(network: Network, other: string, written: WrittenMessage[]): SeededChat {
  const addressing = network.directory.find(other)?.record.phoneHidden ? 'lid' : 'pn';
  return { with: other, addressing, messages: 0, days: 0, kinds: ['text'], written, token: false };
}

/** Everything that the phone had sent and received by then but statuses, in the order in which it did. */
function recorded(phone: string, { sent, received }: PhoneRecords, untilMs: number): Recorded[] {
  const messages = [
    // Journals of before had the text alone.
    ...sent.map(({ id, to, group, timestampMs, text, content = { conversation: text } }) => {
      const chat = group ?? to.phone;
      return { id, chat, fromMe: true, by: phone, keptAtMs: timestampMs, atMs: timestampMs, content };
    }),
    ...received.map(({ id, chat: { phone: other }, group, fromMe, from, timestampMs, sentAtMs, content }) => {
      const chat = group ?? other;
      return { id, chat, fromMe, by: from.phone, keptAtMs: timestampMs, atMs: sentAtMs ?? timestampMs, content };
    }),
  ];
  return messages
    .filter(({ keptAtMs, chat }) => keptAtMs <= untilMs && !isStatusJid(chat))
    .sort((one, other) => one.keptAtMs - other.keptAtMs);
}

/** By chat, what is left of its messages. */
function conversationsOf(messages: readonly Recorded[]): Map<string, WrittenMessage[]> {
  const chats = new Map<string, Map<string, WrittenMessage>>();
  for (const { id, chat: name, fromMe, by, atMs, content } of messages) {
    if (!isShown(content)) continue;
    const chat = chats.get(name) ?? new Map<string, WrittenMessage>();
    chats.set(name, chat.set(id, { id, fromMe, by, atMs, content, reactions: [] }));
  }
  // After all of them: what came in the same millisecond as the message that it is about may stand before it.
  for (const message of messages) {
    if (!isShown(message.content)) apply(message, chats.get(message.chat) ?? new Map());
  }
  return new Map([...chats].map(([name, chat]) => [name, [...chat.values()]]));
}

function isShown(content: MessageContent): boolean {
  return Object.keys(content).some((kind) => !NOT_SHOWN.has(kind));
}

/** Does to a message of the chat what another one says: takes it back, changes it, or puts a reaction on it. */
function apply({ content, fromMe, by, atMs }: Recorded, chat: Map<string, WrittenMessage>): void {
  const { protocolMessage, reactionMessage } = content as ChangingContent;
  const target = chat.get((protocolMessage ?? reactionMessage)?.key?.id ?? '');
  if (!target?.id) return;
  if (reactionMessage) {
    const others = target.reactions.filter((reaction) => reaction.by !== by);
    const { text: emoji } = reactionMessage;
    target.reactions = emoji ? [...others, { fromMe, by, emoji, atMs }] : others;
  } else if (protocolMessage?.type === 'MESSAGE_EDIT' && protocolMessage.editedMessage) {
    target.content = protocolMessage.editedMessage;
  } else if ((protocolMessage?.type ?? 'REVOKE') === 'REVOKE') chat.delete(target.id);
}

/** As much of WhatsApp's messages about messages as matters here. */
interface ChangingContent {
  protocolMessage?: { type?: string; key?: { id?: string }; editedMessage?: MessageContent };
  reactionMessage?: { text?: string; key?: { id?: string } };
}
