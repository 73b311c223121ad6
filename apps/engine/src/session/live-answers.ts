import type { Bus, Stoppable } from '@multiwa/bus';
import { CodedError } from '@multiwa/contracts';
import { type Connection, ConnectionLostError } from '../engines/engine.js';
import type { Calls } from './calls.js';

interface Dependencies {
  bus: Pick<Bus, 'answer'>;
  profileId: string;
  connection: Pick<Connection, 'showPresence' | 'followPresence'>;
  calls: Pick<Calls, 'reject'>;
  isOpen(): boolean;
}

/** Answers what only an open connection can do. */
export function answerLive({ bus, profileId, connection, calls, isOpen }: Dependencies): Stoppable {
  const live = async (work: () => Promise<void>) => {
    if (!isOpen()) throw new CodedError('profile_not_connected');
    try {
      await work();
    } catch (cause) {
      if (cause instanceof ConnectionLostError) throw new CodedError('profile_not_connected', { cause });
      throw cause;
    }
    return {};
  };
  const answers = [
    bus.answer('presence', profileId, ({ chat, state }) => live(() => connection.showPresence(chat, state))),
    bus.answer('presence-follow', profileId, ({ chat, follow }) => live(() => connection.followPresence(chat, follow))),
    bus.answer('call-reject', profileId, (call) => live(() => calls.reject(call))),
  ];
  return {
    stop() {
      for (const answer of answers) answer.stop();
    },
  };
}
