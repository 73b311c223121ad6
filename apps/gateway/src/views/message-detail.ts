import type { MessageDetail as Detail, Message as MessageView } from '@multiwa/contracts';
import type { MessageWithStory } from '@multiwa/db';
import { viewMessage } from './views.js';

/** A message with all that came after it. */
export function viewMessageDetail(message: MessageWithStory): Detail {
  const view = viewMessage(message);
  return {
    ...view,
    history: historyOf(message),
    reactions: viewReactions(message.reactions),
    poll: tallyOf(view, message.votes),
    earlier: message.revisions.map(({ content, until }) => ({
      content: content as Detail['content'],
      until: until.toISOString(),
    })),
  };
}

/** Without those that were taken back. */
export function viewReactions(reactions: MessageWithStory['reactions']): Detail['reactions'] {
  return reactions.flatMap(({ emoji, ...said }) => (emoji === null ? [] : [{ emoji, ...speakerOf(said) }]));
}

type Step = Detail['history'][number];

/** A message keeps one time for each status, so its history is the times it has. */
function historyOf(message: MessageWithStory): Step[] {
  const { status, fromMe, origin, sendAt, createdAt, endedAt, timestamp } = message;
  const ended = status === 'FAILED' || status === 'CANCELLED';
  const times: [Step['status'], Date | null][] = [];
  if (!fromMe) times.push(['DELIVERED', timestamp]);
  else if (origin !== 'PHONE' && origin !== 'HISTORY') {
    if (sendAt) times.push(['SCHEDULED', createdAt]);
    // A scheduled message is queued at its time, unless it ended before that.
    const queuedAt = sendAt ?? createdAt;
    const wasQueued = status !== 'SCHEDULED' && !(ended && endedAt && endedAt < queuedAt);
    if (wasQueued) times.push(['QUEUED', queuedAt]);
  }
  times.push(['SENT', message.sentAt]);
  if (fromMe) times.push(['DELIVERED', message.deliveredAt]);
  times.push(['READ', message.readAt], ['PLAYED', message.playedAt]);
  if (ended) times.push([status, endedAt]);
  return times
    .flatMap(([step, at]) => (at ? [{ status: step, at: at.toISOString() }] : []))
    .sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

type Said = Pick<MessageWithStory['votes'][number], 'fromMe' | 'phone' | 'lid' | 'at'>;

function speakerOf({ fromMe, phone, lid, at }: Said) {
  return { fromMe, sender: fromMe ? null : { phone, lid }, at: at.toISOString() };
}

function tallyOf({ content }: MessageView, votes: MessageWithStory['votes']): Detail['poll'] {
  if (content.type !== 'POLL') return null;
  const options = content.options.map((option) => {
    const voters = votes.filter((vote) => vote.options.includes(option)).map(speakerOf);
    return { option, votes: voters.length, voters };
  });
  return { voters: votes.filter((vote) => vote.options.length > 0).length, options };
}
