import type { Bus } from '@multiwa/bus';
import { CodedError, type callSchema } from '@multiwa/contracts';
import type { Call, CallsRepository, ProfileScope } from '@multiwa/db';
import type { z } from 'zod';
import type { KnownProfiles } from './known-profile.js';
import { type PageQuery, readPage } from './page.js';

export interface CallsDeps {
  calls: CallsRepository;
  knownProfiles: KnownProfiles;
  bus: Pick<Bus, 'ask'>;
}

export function makeCalls({ calls, knownProfiles, bus }: CallsDeps) {
  async function find(scope: ProfileScope, id: string): Promise<Call> {
    await knownProfiles.require(scope);
    const call = await calls.find(scope, id);
    if (!call) throw new CodedError('call_not_found');
    return call;
  }

  return {
    async list(scope: ProfileScope, query: PageQuery) {
      await knownProfiles.require(scope);
      return readPage('calls', query, (page) => calls.list(scope, page), viewCall);
    },

    get: async (scope: ProfileScope, id: string) => viewCall(await find(scope, id)),

    /** Rejects a call that rings. What becomes of it is announced as call.ended. */
    async reject(scope: ProfileScope, id: string): Promise<void> {
      const { status, waCallId, fromJid } = await find(scope, id);
      if (status !== 'RINGING') {
        throw new CodedError('state_conflict', { detail: `The call is ${status}: only one that rings is rejected.` });
      }
      await bus.ask('call-reject', scope.profileId, { waCallId, fromJid });
    },
  };
}
export type Calls = ReturnType<typeof makeCalls>;

function viewCall(call: Call): z.input<typeof callSchema> {
  return {
    id: call.id,
    profileId: call.profileId,
    waCallId: call.waCallId,
    chat: call.chat,
    caller: { phone: call.callerPhone, lid: call.callerLid },
    contactId: call.contactId,
    video: call.video,
    group: call.isGroup,
    status: call.status,
    startedAt: call.startedAt.toISOString(),
    endedAt: call.endedAt?.toISOString() ?? null,
  };
}
