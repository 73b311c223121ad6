import type { Identity } from '@multiwa/contracts';
import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren } from '@whiskeysockets/baileys';
import { identityOf } from '../addresses.js';

/**
 * Asks which numbers are on WhatsApp and what their LIDs are, in one query. The library's own forgets which answer belongs to
 * which number, and WhatsApp may know a number by other digits than were asked.
 */
export function numberQuery(id: string, phones: readonly string[]): BinaryNode {
  const list = phones.map((phone) => ({
    tag: 'user',
    attrs: {},
    content: [{ tag: 'contact', attrs: {}, content: `+${phone}` }],
  }));
  const protocols = ['contact', 'lid'].map((tag) => ({ tag, attrs: {} }));
  return {
    tag: 'iq',
    attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'usync', id },
    content: [
      {
        tag: 'usync',
        attrs: { context: 'interactive', mode: 'query', sid: id, last: 'true', index: '0' },
        content: [
          { tag: 'query', attrs: {}, content: protocols },
          { tag: 'list', attrs: {}, content: list },
        ],
      },
    ],
  };
}

/** The answer, one identity for each number asked, in order: without a phone when the number is not there. */
export function readNumberAnswer(answer: BinaryNode, phones: readonly string[]): Identity[] {
  const users = getBinaryNodeChildren(getBinaryNodeChild(getBinaryNodeChild(answer, 'usync'), 'list'), 'user');
  const byAsked = new Map(
    users.map((user) => {
      const contact = getBinaryNodeChild(user, 'contact');
      const identity = identityOf(user.attrs.jid, getBinaryNodeChild(user, 'lid')?.attrs.val);
      const asked = textOf(contact) || (identity.phone ?? '');
      const isThere = contact?.attrs.type === 'in';
      return [asked.replace(/\D/g, ''), isThere ? identity : { phone: null, lid: null }] as const;
    }),
  );
  return phones.map((phone) => byAsked.get(phone) ?? { phone: null, lid: null });
}

function textOf(node: BinaryNode | undefined): string {
  const content = node?.content;
  if (typeof content === 'string') return content;
  return content instanceof Uint8Array ? Buffer.from(content).toString() : '';
}
