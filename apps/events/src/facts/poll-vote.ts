import { type PollVoteFact, receivedContentSchema } from '@multiwa/contracts';
import type { MessageState } from '@multiwa/db';
import { newId, openVote, tallyOf } from '@multiwa/domain';
import { changeOf, findTarget, speakerOf } from './about-message.js';
import type { FactOutcome, World } from './world.js';

/** Somebody voted in a poll that was sent or received here; a vote replaces the same person's earlier one. */
export function applyPollVote(world: World, fact: PollVoteFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const message = findTarget(world, profile, fact);
  if (!message) return 'message_unknown';
  const poll = receivedContentSchema.safeParse(message.content).data;
  if (poll?.type !== 'POLL') return 'unreadable';
  const options = chosenIn(poll, message, fact);
  if (!options) return 'unreadable';
  const { waMessageId, saidAt } = fact;
  const vote = { id: newId(), messageId: message.id, ...speakerOf(world, fact), waMessageId, options };
  if (!world.votes.say({ ...vote, at: new Date(saidAt) })) return 'unchanged';
  const tally = tallyOf(poll.options, world.votes.of(message.id));
  world.announce(profile, 'poll.vote', { ...changeOf(world, profile, message, fact), options, tally });
  return 'applied';
}

function chosenIn(
  { options, secret }: { options: string[]; secret?: string | undefined },
  { waMessageId }: MessageState,
  { vote }: PollVoteFact,
): string[] | null {
  if (vote.kind === 'options') return options.filter((option) => vote.options.includes(option));
  if (secret === undefined) return null;
  const { payload, iv, voters, creators } = vote;
  return openVote(
    { waMessageId, secret: Buffer.from(secret, 'base64'), options },
    { payload: Buffer.from(payload, 'base64'), iv: Buffer.from(iv, 'base64'), voters, creators },
  );
}
