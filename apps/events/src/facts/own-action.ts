import {
  contentSchema,
  movedEventType,
  outboundContentSchema,
  reactionEventType,
  receivedContentSchema,
} from '@multiwa/contracts';
import type { MessageState, ProfileState } from '@multiwa/db';
import { newId, tallyOf } from '@multiwa/domain';
import { editedContent } from './edited-content.js';
import { deleteMessage, editMessage } from './message-changed.js';
import type { World } from './world.js';

/** The message that one of our own sends changes; null for a send that is a message of its own. */
export function targetIdOf({ content }: Pick<MessageState, 'content'>): string | null {
  const sent = outboundContentSchema.safeParse(content).data;
  return sent && 'target' in sent ? sent.target.messageId : null;
}

/** WhatsApp has a reaction, edit or deletion that was sent through us: from now on it holds for its message here too. */
export function applyOwnAction(world: World, profile: ProfileState, action: MessageState): void {
  const sent = outboundContentSchema.safeParse(action.content).data;
  if (!sent || !('target' in sent)) return;
  const message = world.messages.byId(profile.id, sent.target.messageId);
  if (!message) return;
  // By its acceptance, which is finer than WhatsApp's time.
  const at = action.timestamp;
  const { id: messageId, waMessageId, chat } = message;
  const sender = { phone: profile.phone, lid: profile.lid };
  const change = { messageId, waMessageId, chat, fromMe: true, sender, contactId: null, at: at.toISOString() };
  const traceparent = world.traceparent ?? action.traceparent;
  switch (sent.type) {
    case 'REACTION': {
      const { emoji } = sent;
      const self = { fromMe: true, phone: null, lid: null };
      const said = { id: newId(), messageId, ...self, waMessageId: action.waMessageId, emoji, at };
      if (world.reactions.say(said)) {
        world.announce(profile, reactionEventType(chat), { ...change, emoji }, traceparent);
      }
      return;
    }
    case 'VOTE': {
      const poll = receivedContentSchema.safeParse(message.content).data;
      if (poll?.type !== 'POLL') return;
      const { options } = sent;
      const self = { fromMe: true, phone: null, lid: null };
      const vote = { id: newId(), messageId, ...self, waMessageId: action.waMessageId, options, at };
      if (world.votes.say(vote)) {
        const tally = tallyOf(poll.options, world.votes.of(messageId));
        world.announce(profile, 'poll.vote', { ...change, options, tally }, traceparent);
      }
      return;
    }
    case 'EDIT': {
      const { text, mentions } = sent;
      const content = editedContent(message, { type: 'TEXT', text, mentions });
      if (content && editMessage(world, profile, message, content, at)) {
        const shown = world.links.showContent(contentSchema.parse(content));
        world.announce(profile, 'message.edited', { ...change, content: shown }, traceparent);
      }
      return;
    }
    case 'DELETE':
      if (deleteMessage(world, profile, message, at)) {
        world.announce(profile, movedEventType(chat, 'deleted'), change, traceparent);
      }
  }
}
