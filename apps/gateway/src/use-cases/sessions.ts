import type { Bus } from '@multiwa/bus';
import { CodedError, type ErrorCode, type LiveSession, type SessionView } from '@multiwa/contracts';
import type { ProfileScope, QueueState, SessionRow } from '@multiwa/db';
import type { Logger } from '@multiwa/runtime';
import type { Caller } from '../auth/authenticate.js';
import { viewSession } from '../views/engine-views.js';

export interface SessionsDeps {
  /** Undefined when the workspace has no such profile. */
  readRow(scope: ProfileScope): Promise<SessionRow | undefined>;
  readQueue(profileId: string): Promise<QueueState>;
  bus: Pick<Bus, 'ask'>;
  logger: Pick<Logger, 'warn'>;
}

/** Nobody holds the session, or whoever does is busy: no fault of the question. */
const unanswered = new Set<ErrorCode>(['profile_not_connected', 'ask_timeout', 'service_unavailable']);

/** How a profile's session is doing: from the rows, and from its owner where there is one that answers. */
export function makeSessions({ readRow, readQueue, bus, logger }: SessionsDeps) {
  async function live(profileId: string): Promise<LiveSession | null> {
    try {
      return await bus.ask('session', profileId, {});
    } catch (error) {
      const isExpected = error instanceof CodedError && unanswered.has(error.code);
      if (!isExpected) logger.warn({ err: error, profileId }, 'The owner of a session gave no usable answer');
      return null;
    }
  }

  return {
    async get(caller: Caller, profileId: string): Promise<SessionView> {
      const row = await readRow({ workspaceId: caller.workspaceId, profileId });
      if (!row) throw new CodedError('profile_not_found');
      const [queue, told] = await Promise.all([readQueue(profileId), live(profileId)]);
      return viewSession(profileId, row, queue, told, caller.isOperator);
    },
  };
}
export type Sessions = ReturnType<typeof makeSessions>;
