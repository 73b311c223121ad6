import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

/** A vote as WhatsApp carries it: only who knows the poll's secret can open it. */
export interface SealedVote {
  payload: Buffer;
  iv: Buffer;
  /** Addresses that the voter may have sealed it with: people have two. */
  voters: readonly string[];
  /** The same of the poll's author. */
  creators: readonly string[];
}

export interface Poll {
  waMessageId: string;
  secret: Buffer;
  options: readonly string[];
}

const TAG_BYTES = 16;
const IV_BYTES = 12;
const NO_KEY = Buffer.alloc(32);

/** The options that a sealed vote chooses; null when it was not sealed for this poll by one of these people. */
export function openVote(poll: Poll, vote: SealedVote): string[] | null {
  for (const creator of vote.creators) {
    for (const voter of vote.voters) {
      const opened = open(poll, vote, creator, voter);
      if (opened) return optionsOf(poll, opened);
    }
  }
  return null;
}

/** Seals a vote, which names options by their hashes, for those who know the poll's secret. */
export function sealVote(
  poll: Pick<Poll, 'waMessageId' | 'secret'>,
  { creator, voter }: { creator: string; voter: string },
  options: readonly string[],
): Pick<SealedVote, 'payload' | 'iv'> {
  const hashes = options.map((option) => createHash('sha256').update(option).digest());
  const message = Buffer.concat(hashes.map((hash) => Buffer.concat([Buffer.from([HASH_FIELD, hash.length]), hash])));
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(poll, creator, voter), iv);
  cipher.setAAD(Buffer.from(`${poll.waMessageId}\0${voter}`));
  return { payload: Buffer.concat([cipher.update(message), cipher.final(), cipher.getAuthTag()]), iv };
}

function keyOf({ waMessageId, secret }: Pick<Poll, 'waMessageId' | 'secret'>, creator: string, voter: string): Buffer {
  const purpose = Buffer.concat([Buffer.from(`${waMessageId}${creator}${voter}Poll Vote`), Buffer.from([1])]);
  return hmac(hmac(NO_KEY, secret), purpose);
}

function open(poll: Poll, { payload, iv }: SealedVote, creator: string, voter: string) {
  const { waMessageId } = poll;
  try {
    const cipher = createDecipheriv('aes-256-gcm', keyOf(poll, creator, voter), iv);
    cipher.setAAD(Buffer.from(`${waMessageId}\0${voter}`));
    cipher.setAuthTag(payload.subarray(-TAG_BYTES));
    return Buffer.concat([cipher.update(payload.subarray(0, -TAG_BYTES)), cipher.final()]);
  } catch {
    return null;
  }
}

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** An option is named by its hash. What is no option of the poll is left out. */
function optionsOf({ options }: Poll, opened: Buffer): string[] {
  const chosen = new Set(hashesIn(opened));
  return options.filter((option) => chosen.has(createHash('sha256').update(option).digest('hex')));
}

const HASH_FIELD = 0x0a;

/** The one field of the message in a vote, `repeated bytes selected_options = 1`. */
function hashesIn(message: Buffer): string[] {
  const hashes: string[] = [];
  for (let at = 0; at + 1 < message.length; ) {
    const length = message[at + 1] ?? 0;
    if (message[at] !== HASH_FIELD || length > 0x7f) break;
    hashes.push(message.subarray(at + 2, at + 2 + length).toString('hex'));
    at += 2 + length;
  }
  return hashes;
}

/** How often each option of a poll was chosen, in the poll's order. */
export function tallyOf(options: readonly string[], votes: readonly { options: readonly string[] }[]) {
  return options.map((option) => ({ option, votes: votes.filter((vote) => vote.options.includes(option)).length }));
}
