import type { ContentParts, Identity, MessageType, OutboundParts, OutboundQuote } from '@multiwa/contracts';
import type { proto } from '@whiskeysockets/baileys';
import { identityOf, jidOf } from '../addresses.js';
import type { Placement } from './placement.js';
import { quotedToProto } from './quoted.js';

/** Undefined: nothing goes beside the content. */
export type ContextInfo = proto.IContextInfo | undefined;

/** How often a message that is forwarded once was. */
const FORWARDED_ONCE = 1;

/** What goes beside the content: whom it answers, whom it mentions, and how long it may be seen. */
export function contextToProto(parts: OutboundParts, placement: Placement): ContextInfo {
  const { quote, mentions, mentionAll, forwarded } = parts;
  const context: proto.IContextInfo = {};
  if (quote) Object.assign(context, quoteToProto(quote, placement));
  const mentionedJid = (mentions ?? []).flatMap((identity) => jidOf(identity) ?? []);
  if (mentionedJid.length > 0) context.mentionedJid = mentionedJid;
  if (mentionAll) context.nonJidMentions = 1;
  if (forwarded) Object.assign(context, { isForwarded: true, forwardingScore: FORWARDED_ONCE });
  if (placement.expiresInSeconds) context.expiration = placement.expiresInSeconds;
  return Object.keys(context).length > 0 ? context : undefined;
}

function quoteToProto(quote: OutboundQuote, { self }: Placement): proto.IContextInfo {
  const author = jidOf(quote.fromMe ? self : (quote.sender ?? { phone: null, lid: null }));
  const participant = author === null ? {} : { participant: author };
  return { stanzaId: quote.waMessageId, quotedMessage: quotedToProto(quote.content), ...participant };
}

/** What a message carries beside its content. `quoted` reads the message that it answers. */
export function contextFromProto(
  message: proto.IMessage,
  quoted: (message: proto.IMessage) => { type: MessageType; text: string | null },
): ContentParts {
  const context = contextOf(message);
  if (!context) return {};
  const mentions = (context.mentionedJid ?? []).map((jid) => identityOf(jid)).filter(isSomebody);
  const expiration = Number(context.expiration ?? 0);
  return {
    ...(context.stanzaId && { quote: quoteFromProto(context, context.stanzaId, quoted) }),
    ...(mentions.length > 0 && { mentions }),
    ...(context.nonJidMentions && { mentionAll: true }),
    ...(context.isForwarded && { forwarded: true }),
    ...(Number.isSafeInteger(expiration) && expiration > 0 && { expiresInSeconds: expiration }),
  };
}

function quoteFromProto(
  { participant, quotedMessage }: proto.IContextInfo,
  waMessageId: string,
  quoted: (message: proto.IMessage) => { type: MessageType; text: string | null },
): ContentParts['quote'] {
  const sender = identityOf(participant ?? undefined);
  return {
    waMessageId,
    sender: isSomebody(sender) ? sender : null,
    ...(quotedMessage ? quoted(quotedMessage) : { type: 'UNSUPPORTED', text: null }),
  };
}

/** Each kind carries it in a field of its own. */
function contextOf(message: proto.IMessage): proto.IContextInfo | undefined {
  for (const part of Object.values(message)) {
    if (typeof part === 'object' && part !== null && 'contextInfo' in part && part.contextInfo) return part.contextInfo;
  }
  return undefined;
}

function isSomebody({ phone, lid }: Identity): boolean {
  return phone !== null || lid !== null;
}
