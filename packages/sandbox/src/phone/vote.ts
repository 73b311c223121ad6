import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { proto } from '@whiskeysockets/baileys';
import { SandboxError } from '../errors.js';
import type { Addressing } from '../model/jid.js';
import type { MessageContent } from './message-content.js';
import type { PhoneRecords } from './records.js';

/** A vote as it goes to everybody who has the poll. */
export interface Vote {
  to: string;
  addressing: Addressing;
  content: MessageContent;
}

/** The names by which a vote is sealed. */
export interface VoteNames {
  pollId: string;
  creator: string;
  voter: string;
}

interface Voter {
  records: PhoneRecords;
  jidOf(phone: string, addressing: Addressing): string;
  phone: string;
}

/** What this phone sends to choose options of a poll that it has. Errors: message_not_found, validation_failed. */
export function voteOf({ records, jidOf, phone }: Voter, pollId: string, options: readonly string[]): Vote {
  const received = records.received.find(({ id, fromMe }) => id === pollId && !fromMe);
  const sent = records.findSent(pollId);
  const poll = received ?? sent;
  if (!poll) throw new SandboxError('message_not_found', `This phone has no message ${pollId}.`);
  const secret = secretOf(poll.content);
  const addressing = received?.addressing ?? (sent?.group === undefined ? 'pn' : 'lid');
  const author = received?.from.phone ?? phone;
  const names = { pollId, creator: jidOf(author, addressing), voter: jidOf(phone, addressing) };
  const to = poll.group ?? jidOf(received?.chat.phone ?? sent?.to.phone ?? '', addressing);
  const key = { remoteJid: to, id: pollId, fromMe: !received, ...(poll.group ? { participant: names.creator } : {}) };
  const vote = sealVote(secret, names, options);
  const pollUpdateMessage = {
    pollCreationMessageKey: key,
    vote: { encPayload: vote.payload.toString('base64'), encIv: vote.iv.toString('base64') },
    senderTimestampMs: Date.now(),
  };
  return { to, addressing, content: { pollUpdateMessage } };
}

function secretOf({ messageContextInfo }: MessageContent): Buffer {
  const { messageSecret } = (messageContextInfo ?? {}) as { messageSecret?: string };
  if (messageSecret === undefined) throw new SandboxError('validation_failed', 'The message is no poll.');
  return Buffer.from(messageSecret, 'base64');
}

/** Seals a vote so that only those who know the poll's secret can open it. */
export function sealVote(secret: Buffer, { pollId, creator, voter }: VoteNames, options: readonly string[]) {
  const selectedOptions = options.map((option) => createHash('sha256').update(option).digest());
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish();
  const first = createHmac('sha256', Buffer.alloc(32)).update(secret).digest();
  const purpose = Buffer.concat([Buffer.from(pollId + creator + voter), Buffer.from('Poll Vote\u0001')]);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', createHmac('sha256', first).update(purpose).digest(), iv);
  cipher.setAAD(Buffer.from(`${pollId}\u0000${voter}`));
  return { payload: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]), iv };
}
