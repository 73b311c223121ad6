import { type ChatAction, type ChatMessage, mutedForever, statusChat } from '@multiwa/contracts';
import {
  type BinaryNode,
  type ChatModification,
  getBinaryNodeChild,
  proto,
  type WASocket,
} from '@whiskeysockets/baileys';
import { chatOf, isGroup } from './addresses.js';
import type { SignalKeys } from './signal-keys.js';

/** WhatsApp's way to say that a chat is muted until somebody changes it. */
const FOREVER_MS = -1;

type LastMessages = Extract<ChatModification, { archive: boolean }>['lastMessages'];

/**
 * Tells WhatsApp, and through it the phone, of a change of a chat. Done twice it changes nothing.
 * @throws Error when WhatsApp refused it; trying again may help
 */
export async function changeChat(
  sock: WASocket,
  keys: Pick<SignalKeys, 'set'>,
  chat: string,
  action: ChatAction,
): Promise<void> {
  if (action.do === 'ephemeral') {
    await setEphemeral(sock, chat, action);
    return;
  }
  if (action.do === 'read' && action.messages.length > 0) {
    await sock.readMessages(action.messages.map((message) => keyOf(chat, message)));
  }
  const modification = modificationOf(chat, action);
  if (modification) await modify(sock, keys, chat, modification);
}

function modificationOf(chat: string, action: Exclude<ChatAction, { do: 'ephemeral' }>): ChatModification | undefined {
  switch (action.do) {
    case 'read':
      return action.unmark ? { markRead: true, lastMessages: lastOf(chat, action.last) } : undefined;
    case 'unread':
      return { markRead: false, lastMessages: lastOf(chat, action.last) };
    case 'archive':
      return { archive: action.archived, lastMessages: lastOf(chat, action.last) };
    case 'mute':
      return {
        mute: action.until === null ? null : action.until === mutedForever ? FOREVER_MS : Date.parse(action.until),
      };
    case 'pin':
      return { pin: action.pinned };
    case 'clear':
      return { clear: true, lastMessages: lastOf(chat, action.last) };
    case 'delete':
      return { delete: true, lastMessages: lastOf(chat, action.last) };
  }
}

/**
 * The library does not look whether the server took the patch: it refuses one that was made from an older version than its own,
 * as when the phone changed something at the same moment. What the library then believes is wrong; it starts from nothing again.
 */
async function modify(
  sock: WASocket,
  keys: Pick<SignalKeys, 'set'>,
  chat: string,
  modification: ChatModification,
): Promise<void> {
  let refused: string | undefined;
  const onFrame = (frame: unknown) => {
    refused ??= refusedCollection(frame);
  };
  sock.ws.on('frame', onFrame);
  try {
    await sock.chatModify(modification, chat);
  } finally {
    sock.ws.off('frame', onFrame);
  }
  if (refused === undefined) return;
  await keys.set({ 'app-state-sync-version': { [refused]: null } });
  throw new Error(`WhatsApp did not take the change: the collection ${refused} has moved on.`);
}

function refusedCollection(frame: unknown): string | undefined {
  if (typeof frame !== 'object' || frame === null || !('tag' in frame) || frame.tag !== 'iq') return undefined;
  const collections = getBinaryNodeChild(frame as BinaryNode, 'sync')?.content;
  if (!Array.isArray(collections)) return undefined;
  return collections.find(({ attrs }) => attrs.type === 'error')?.attrs.name;
}

async function setEphemeral(
  sock: WASocket,
  chat: string,
  { seconds, waMessageId }: Extract<ChatAction, { do: 'ephemeral' }>,
): Promise<void> {
  if (isGroup(chat)) {
    await sock.groupToggleEphemeral(chat, seconds);
    return;
  }
  const type = proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING;
  const message = { protocolMessage: { type, ephemeralExpiration: seconds } };
  await sock.relayMessage(chat, message, { messageId: waMessageId });
}

function lastOf(chat: string, last: ChatMessage | null): LastMessages {
  if (!last) return [];
  return [{ key: keyOf(chat, last), messageTimestamp: Math.floor(Date.parse(last.timestamp) / 1000) }];
}

function keyOf(chat: string, { waMessageId, fromMe, sender }: ChatMessage) {
  const participant = (isGroup(chat) || chat === statusChat) && sender ? chatOf(sender) : null;
  return { remoteJid: chat, id: waMessageId, fromMe, ...(participant === null ? {} : { participant }) };
}
