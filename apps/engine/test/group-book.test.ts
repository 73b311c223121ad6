import type { GroupInfo } from '@multiwa/contracts';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Deferred } from '../src/deferred.js';
import { GroupBook } from '../src/engines/baileys/groups/group-book.js';
import { GroupCache } from '../src/engines/baileys/groups/group-cache.js';
import { readGroup } from '../src/engines/baileys/groups/read-group.js';

const CHAT = '120363000000000001@g.us';
const [own, goes, comes] = ['100000000000001', '100000000000002', '100000000000003'] as const;
const participant = (lid: string): BinaryNode => ({
  tag: 'participant',
  attrs: { jid: `${lid}@lid`, phone_number: `62${lid.slice(-9)}@s.whatsapp.net` },
});
const notice = (id: string, tag: string, lid: string): BinaryNode => ({
  tag: 'notification',
  attrs: { id, from: CHAT, type: 'w:gp2', t: '1700000000' },
  content: [{ tag, attrs: {}, content: [participant(lid)] }],
});

/** The groups of a number that is in one. Somebody's leaving begins to make a new key at `renewing`, and has at `renewed`. */
function book() {
  const [renewing, renewed] = [new Deferred<void>(), new Deferred<void>()];
  const told: (GroupInfo | null)[] = [];
  const cache = new GroupCache().of('p', 1);
  const group = readGroup({
    tag: 'group',
    attrs: { id: '120363000000000001', subject: 'Pasar', creation: '1700000000' },
    content: [participant(own), participant(goes)],
  });
  if (group) cache.set(CHAT, group);
  const groups = new GroupBook({
    cache,
    self: () => ({ phone: null, lid: own }),
    renewKey: () => {
      renewing.resolve();
      return renewed.promise;
    },
    callbacks: { group: async ({ group: now }: { group: GroupInfo | null }) => void told.push(now) },
    logger: pino({ level: 'silent' }),
  } as unknown as ConstructorParameters<typeof GroupBook>[0]);
  const members = () => groups.known(CHAT)?.info.participants.map(({ lid }) => lid);
  return { groups, members, told, renewing, renewed };
}

test('who joins while somebody’s leaving is being taken in stays in the group', async () => {
  const { groups, members, told, renewing, renewed } = book();
  const leaving = groups.take(notice('1', 'remove', goes));
  await renewing.promise;
  await groups.take(notice('2', 'add', comes));
  renewed.resolve();
  await leaving;
  expect(members()).toEqual([own, comes]);
  expect(told.at(-1)?.participants.map(({ lid }) => lid)).toEqual([own, comes]);
});

test('what is encrypted after the new key was made is encrypted for those who stay only', async () => {
  const { groups, members, renewing, renewed } = book();
  const leaving = groups.take(notice('1', 'remove', goes));
  await renewing.promise;
  const encrypting = groups.exclusively(CHAT, async () => members());
  renewed.resolve();
  expect(await encrypting).toEqual([own]);
  await leaving;
});
