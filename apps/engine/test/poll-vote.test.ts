import { createHash, randomBytes } from 'node:crypto';
import { openVote } from '@multiwa/domain';
import { sealVote } from '@multiwa/sandbox';
import { decryptPollVote } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';

const options = ['yes', 'no', 'dunno 🤷'];
const names = { pollId: '3EB0ABCDEF', creator: '628111111111@s.whatsapp.net', voter: '628222222222@s.whatsapp.net' };
const hash = (option: string) => createHash('sha256').update(option).digest('hex');

test.each([[[]], [['no']], [['yes', 'dunno 🤷']]])('a vote for %j says the same to the library and to us', (chosen) => {
  const secret = randomBytes(32);
  const { payload, iv } = sealVote(secret, names, chosen);
  const library = decryptPollVote(
    { encPayload: payload, encIv: iv },
    {
      pollMsgId: names.pollId,
      pollEncKey: secret,
      pollCreatorJid: names.creator,
      voterJid: names.voter,
    },
  );
  expect(library.selectedOptions?.map((one) => Buffer.from(one).toString('hex'))).toEqual(chosen.map(hash));
  const poll = { waMessageId: names.pollId, secret, options };
  const others = ['77000000000001@lid'];
  const sealed = { payload, iv, voters: [...others, names.voter], creators: [...others, names.creator] };
  expect(openVote(poll, sealed)).toEqual(chosen);
  expect(openVote(poll, { ...sealed, voters: others })).toBeNull();
  expect(openVote({ ...poll, waMessageId: 'ANOTHER' }, sealed)).toBeNull();
  expect(openVote(poll, { ...sealed, payload: payload.subarray(1) })).toBeNull();
});
