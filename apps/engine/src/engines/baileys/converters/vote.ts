import type { Identity, OutboundOf } from '@multiwa/contracts';
import { sealVote } from '@multiwa/domain';
import type { proto } from '@whiskeysockets/baileys';
import { isGroup } from '../addresses.js';
import { keyOf } from './actions.js';
import type { Placement } from './placement.js';

/**
 * A vote, sealed for those who have the poll. The names of voter and author are part of the seal: WhatsApp's clients take
 * those by which the chat goes, LIDs in groups.
 */
export function voteToProto({ target, options, secret }: OutboundOf<'VOTE'>, placement: Placement): proto.IMessage {
  const byLid = isGroup(placement.chat) || placement.chat.endsWith('@lid');
  const author = target.fromMe ? placement.self : target.sender;
  const names = {
    creator: jidOf(author, byLid) ?? placement.chat,
    voter: jidOf(placement.self, byLid) ?? '',
  };
  const poll = { waMessageId: target.waMessageId, secret: Buffer.from(secret, 'base64') };
  const { payload, iv } = sealVote(poll, names, options);
  return {
    pollUpdateMessage: {
      pollCreationMessageKey: keyOf(target, placement),
      vote: { encPayload: payload, encIv: iv },
      senderTimestampMs: Date.now(),
    },
  };
}

function jidOf(identity: Identity | null, byLid: boolean): string | undefined {
  const { phone = null, lid = null } = identity ?? {};
  const named = byLid
    ? [lid && `${lid}@lid`, phone && `${phone}@s.whatsapp.net`]
    : [phone && `${phone}@s.whatsapp.net`, lid && `${lid}@lid`];
  return named.find((jid) => jid !== null && jid !== '') ?? undefined;
}
