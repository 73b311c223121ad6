import type { GroupInfo } from '@multiwa/contracts';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { applyChange, takesOut } from '../src/engines/baileys/groups/apply-change.js';
import { readGroup } from '../src/engines/baileys/groups/read-group.js';

const participant = (lid: string, attrs: Record<string, string> = {}): BinaryNode => ({
  tag: 'participant',
  attrs: { jid: `${lid}@lid`, phone_number: `62${lid.slice(-9)}@s.whatsapp.net`, ...attrs },
});
const [ani, budi, cici] = ['100000000000001', '100000000000002', '100000000000003'] as const;
const node: BinaryNode = {
  tag: 'group',
  attrs: { id: '120363000000000001', subject: 'Pasar', creation: '1700000000', creator: `${ani}@lid` },
  content: [
    participant(ani, { type: 'superadmin' }),
    participant(budi),
    participant(cici, { error: '403' }),
    { tag: 'locked', attrs: {} },
    { tag: 'ephemeral', attrs: { expiration: '86400' } },
    { tag: 'member_add_mode', attrs: {}, content: Buffer.from('all_member_add') },
    { tag: 'linked_parent', attrs: { jid: '120363000000000009@g.us' } },
  ],
};
const group = readGroup(node);
const info = group?.info as GroupInfo;
const rolesAfter = (child: BinaryNode) => applyChange(info, child)?.participants.map(({ lid, role }) => [lid, role]);

test('a group is read whole, without those whom WhatsApp did not let in', () => {
  expect(group).toMatchObject({ chat: '120363000000000001@g.us', addressing: 'lid' });
  expect(info).toMatchObject({
    subject: 'Pasar',
    kind: 'GROUP',
    communityId: '120363000000000009@g.us',
    locked: true,
    announce: false,
    ephemeralSeconds: 86_400,
    memberAddMode: 'ALL',
    owner: { phone: null, lid: ani },
    createdAt: '2023-11-14T22:13:20.000Z',
    participants: [
      { lid: ani, phone: '62000000001', role: 'OWNER' },
      { lid: budi, phone: '62000000002', role: 'MEMBER' },
    ],
  });
});

test.each([
  [
    'add',
    [participant(cici)],
    [
      [ani, 'OWNER'],
      [budi, 'MEMBER'],
      [cici, 'MEMBER'],
    ],
  ],
  [
    'add',
    [participant(budi)],
    [
      [ani, 'OWNER'],
      [budi, 'MEMBER'],
    ],
  ],
  ['remove', [participant(budi)], [[ani, 'OWNER']]],
  [
    'leave',
    [participant(cici)],
    [
      [ani, 'OWNER'],
      [budi, 'MEMBER'],
    ],
  ],
  [
    'promote',
    [participant(budi), participant(ani)],
    [
      [ani, 'OWNER'],
      [budi, 'ADMIN'],
    ],
  ],
  [
    'demote',
    [participant(ani)],
    [
      [ani, 'OWNER'],
      [budi, 'MEMBER'],
    ],
  ],
])('%s changes the members so, also the second time', (tag, content, expected) => {
  const child = { tag, attrs: {}, content };
  expect(rolesAfter(child)).toEqual(expected);
  const once = applyChange(info, child) as GroupInfo;
  expect(applyChange(once, child)).toEqual(once);
});

test.each([
  [{ tag: 'subject', attrs: { subject: 'Baru' } }, { subject: 'Baru' }],
  [{ tag: 'description', attrs: { delete: 'true' } }, { description: null }],
  [{ tag: 'announcement', attrs: {} }, { announce: true }],
  [{ tag: 'unlocked', attrs: {} }, { locked: false }],
  [{ tag: 'not_ephemeral', attrs: {} }, { ephemeralSeconds: 0 }],
  [{ tag: 'member_add_mode', attrs: {}, content: Buffer.from('admin_add') }, { memberAddMode: 'ADMINS' }],
  [
    { tag: 'membership_approval_mode', attrs: {}, content: [{ tag: 'group_join', attrs: { state: 'on' } }] },
    { joinApproval: true },
  ],
] as [BinaryNode, Partial<GroupInfo>][])('%j changes a setting', (child, expected) => {
  expect(applyChange(info, child)).toEqual({ ...info, ...expected });
});

test('what is not understood makes the group be asked for', () => {
  expect(applyChange(info, { tag: 'something_new', attrs: {} })).toBeUndefined();
  expect(applyChange(info, { tag: 'subject', attrs: {} })).toBeUndefined();
});

test('one’s own removal takes one out, another’s does not', () => {
  const removal = { tag: 'remove', attrs: {}, content: [participant(budi)] };
  expect(takesOut(removal, { phone: null, lid: budi })).toBe(true);
  expect(takesOut(removal, { phone: null, lid: ani })).toBe(false);
  expect(takesOut({ tag: 'delete', attrs: {} }, { phone: null, lid: ani })).toBe(true);
});
