import type { Identity, MessageReceivedFact } from '@multiwa/contracts';
import type { MessageState, ProfileState } from '@multiwa/db';
import { chatOfPhone } from '@multiwa/domain';
import type { Speaker } from './opinion-book.js';
import type { World } from './world.js';

/** Something about an earlier message of the same chat, as any of the facts that tell of such has it. */
type About = Omit<MessageReceivedFact, 'type' | 'content'> & { target: { waMessageId: string; fromMe: boolean } };

/** The message that a fact is about: of its chat alone, since whoever writes in one chat has no say in another. */
export function findTarget(world: World, profile: ProfileState, fact: About): MessageState | undefined {
  const peer = fact.peer && world.contacts.complete(profile.id, fact.peer);
  const aliases = [fact.chat, peer?.phone && chatOfPhone(peer.phone), peer?.lid && `${peer.lid}@lid`];
  const { waMessageId, fromMe } = fact.target;
  return world.messages
    .byWaId(profile.id, waMessageId)
    .find((message) => message.fromMe === fromMe && aliases.includes(message.chat));
}

/** Whether whoever says it wrote the message. */
export function isAuthor(world: World, message: MessageState, fact: About): boolean {
  if (message.fromMe || fact.fromMe) return message.fromMe && fact.fromMe;
  if (fact.peer) return true;
  const sender = world.contacts.complete(message.profileId, fact.sender);
  const author = { phone: message.senderPhone, lid: message.senderLid };
  return (sender.phone !== null && sender.phone === author.phone) || (sender.lid !== null && sender.lid === author.lid);
}

/** Who says it, as reactions and votes are kept. */
export function speakerOf(world: World, fact: About): Speaker {
  if (fact.fromMe) return { fromMe: true, phone: null, lid: null };
  return { fromMe: false, ...world.contacts.complete(fact.profileId, fact.sender) };
}

/** What every event about a change to a message says. */
export function changeOf(world: World, profile: ProfileState, message: MessageState, fact: About & { saidAt: string }) {
  const sender: Identity = world.contacts.complete(profile.id, fact.sender);
  const isKnown = sender.phone !== null || sender.lid !== null;
  const contact = fact.fromMe || !isKnown ? null : world.meet(profile, sender, fact.pushName);
  const { id: messageId, waMessageId, chat } = message;
  const at = new Date(fact.saidAt).toISOString();
  return { messageId, waMessageId, chat, fromMe: fact.fromMe, sender, contactId: contact?.id ?? null, at };
}
