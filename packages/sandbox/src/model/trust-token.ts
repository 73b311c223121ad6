import { createHmac } from 'node:crypto';
import type { Account } from './account.js';
import { type BinaryNode, stanzaTime } from './node.js';

const TOKEN_BYTES = 16;

/**
 * The trusted-contact token with which `holder` may write to `issuer` although restricted. It follows from the issuer's
 * key, so nothing is kept: who has it was given it. The real network's tokens expire after some 28 days, these do not.
 */
export function trustToken(issuer: Account, holder: Account): Buffer {
  const mac = createHmac('sha256', issuer.record.identity.private).update(`trusted-contact ${holder.lid}`).digest();
  return mac.subarray(0, TOKEN_BYTES);
}

/** Hands the token of `issuer` to one device of `holder`. */
export function trustNotification(
  id: string,
  issuer: Account,
  holder: Account,
  device: number,
  t = stanzaTime(),
): BinaryNode {
  const token = {
    tag: 'token',
    attrs: { jid: holder.jid('pn', device), t, type: 'trusted_contact' },
    content: trustToken(issuer, holder),
  };
  return {
    tag: 'notification',
    attrs: {
      id,
      type: 'privacy_token',
      from: issuer.jid(issuer.record.phoneHidden ? 'lid' : 'pn'),
      sender_lid: issuer.jid('lid'),
      t: stanzaTime(),
    },
    content: [{ tag: 'tokens', attrs: {}, content: [token] }],
  };
}
