import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import type { KnownGroup } from '../src/engines/baileys/groups/read-group.js';
import { resendToGroup } from '../src/engines/baileys/groups/resend-to-group.js';

const CHAT = '120363000000000001@g.us';
const MEMBER = '100000000000002';
const groupOf = (...lids: string[]) =>
  ({ addressing: 'lid', info: { participants: lids.map((lid) => ({ phone: null, lid })) } }) as unknown as KnownGroup;

/** A member asks for a message again, where the group is known so and WhatsApp says so; resolves with who got it. */
async function asked(known: KnownGroup, atWhatsApp: KnownGroup): Promise<string[]> {
  const sent: BinaryNode[] = [];
  const sock = {
    authState: { creds: { me: { id: '62811@s.whatsapp.net', lid: '100000000000001@lid' }, account: {} } },
    signalRepository: {
      getSenderKeyDistributionMessage: async () => new Uint8Array(),
      encryptMessage: async () => ({ type: 'msg', ciphertext: new Uint8Array() }),
    },
    sendNode: async (node: BinaryNode) => void sent.push(node),
  } as unknown as WASocket;
  const groups = { get: async () => known, refresh: async () => atWhatsApp };
  const label = { attributes: {}, nodes: [], encAttributes: {} };
  const asking = { id: 'A', from: CHAT, participant: `${MEMBER}:3@lid`, count: 1 };
  await resendToGroup(sock, groups, asking, { message: { conversation: 'hai' }, label: label as never });
  return sent.map(({ attrs }) => attrs.participant ?? '');
}

test('a member whom the group as it is known lacks gets the message again all the same', async () => {
  expect(await asked(groupOf(), groupOf(MEMBER))).toEqual([`${MEMBER}:3@lid`]);
});

test('whoever has left the group does not', async () => {
  expect(await asked(groupOf(), groupOf())).toEqual([]);
});
