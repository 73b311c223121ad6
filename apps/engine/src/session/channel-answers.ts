import type { Bus, FactPayload, Stoppable } from '@multiwa/bus';
import { CodedError, channelCalls } from '@multiwa/contracts';
import type { Connection } from '../engines/engine.js';

/** Tells what was heard of a channel. */
export type SayOfChannel = (
  fact:
    | { kind: 'channel-post'; payload: FactPayload<'channel-post'> }
    | { kind: 'channel-counts'; payload: FactPayload<'channel-counts'> },
) => Promise<void>;

/** Answers what is asked of channels while the connection is open. */
export function answerChannels(
  bus: Pick<Bus, 'answer'>,
  profileId: string,
  connection: Pick<Connection, 'channels'>,
  isOpen: () => boolean,
): Stoppable {
  return bus.answer('channel', profileId, async ({ call, request }) => {
    if (!connection.channels) throw new CodedError('not_supported_by_engine');
    if (!isOpen()) throw new CodedError('profile_not_connected');
    const parsed = channelCalls[call].request.safeParse(request);
    if (!parsed.success) throw new CodedError('validation_failed', { cause: parsed.error });
    const run = connection.channels[call] as (request: unknown) => Promise<unknown>;
    return run(parsed.data);
  });
}
