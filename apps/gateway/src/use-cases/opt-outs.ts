import type { Bus } from '@multiwa/bus';
import { CodedError, type createOptOutSchema, subjects } from '@multiwa/contracts';
import type { OptOutsRepository, PersonNames } from '@multiwa/db';
import { chatsOfNames, failedEvent, namesOfChat, newId, phoneForms } from '@multiwa/domain';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { limits } from '../limits.js';
import { ReadThroughCache } from '../read-through-cache.js';
import { viewOptOut, viewOptOutChange } from '../views/people-views.js';
import { personOf } from './addressing.js';
import { type PageQuery, readPage } from './page.js';

export interface OptOutsDeps {
  optOuts: OptOutsRepository;
  bus: Pick<Bus, 'nudge'>;
}

type Filter = PageQuery & { to?: string };

/** The ledger of those who want no messages. */
export function makeOptOuts({ optOuts, bus }: OptOutsDeps) {
  /** Most workspaces have no opt-out and most sends go to workspaces without: whether there is any is remembered. */
  const anyOf = new ReadThroughCache<{ any: boolean }>(
    { max: limits.cachedProfiles, ttlMs: limits.cacheTtlMs },
    async (workspaceId) => ({ any: await optOuts.any(workspaceId) }),
  );

  function changed(workspaceId: string): void {
    anyOf.forget(workspaceId);
    bus.nudge(subjects.nudge.optOuts);
  }

  function named(to: string | undefined): PersonNames | undefined {
    return to === undefined ? undefined : namesOf(personOf(to, '#/query/to'));
  }

  return {
    list: ({ workspaceId }: Caller, { limit, cursor, to }: Filter) => {
      const names = named(to);
      return readPage(
        'opt-outs',
        { limit, cursor },
        (page) => optOuts.list(workspaceId, { ...page, names }),
        viewOptOut,
      );
    },

    history: ({ workspaceId }: Caller, { limit, cursor, to }: Filter) => {
      const names = named(to);
      const read = (page: Parameters<OptOutsRepository['history']>[1]) => optOuts.history(workspaceId, page);
      return readPage('opt-out-history', { limit, cursor }, (page) => read({ ...page, names }), viewOptOutChange);
    },

    /** Somebody who stands there already is left as they are. What waits for the person ends FAILED, unless it has begun. */
    async add({ workspaceId, apiKeyId }: Caller, input: z.output<typeof createOptOutSchema>, id = newId()) {
      const given = personOf(input.to, '#/to');
      const known = await optOuts.otherNames(workspaceId, namesOf(given));
      const person = { phone: given.phone ?? known?.phone ?? null, lid: given.lid ?? known?.lid ?? null };
      const cause = { changeId: newId(), apiKeyId, reason: input.reason ?? null };
      const names = namesOf(person);
      const { optOut, isNew, ended } = await optOuts.add({ id, workspaceId, ...person }, names, cause, {
        chats: chatsOfNames(names),
        eventsOf: (messages) =>
          messages.map((message) => failedEvent(message, { code: 'opted_out', detail: null, at: message.at })),
      });
      if (isNew) changed(workspaceId);
      if (ended > 0) bus.nudge(subjects.nudge.outbox);
      return viewOptOut(optOut);
    },

    async remove({ workspaceId, apiKeyId }: Caller, id: string, reason: string | undefined): Promise<void> {
      const cause = { changeId: newId(), apiKeyId, reason: reason ?? null };
      if (!(await optOuts.remove(workspaceId, id, cause))) throw new CodedError('opt_out_not_found');
      changed(workspaceId);
    },

    /** Why nothing may be sent to a chat, if so. */
    async refusal(workspaceId: string, chat: string): Promise<CodedError | null> {
      if (!(await anyOf.get(workspaceId))?.any) return null;
      if (!(await optOuts.isOptedOut(workspaceId, namesOfChat(chat)))) return null;
      const message = 'The recipient does not want messages.';
      return new CodedError('recipient_opted_out', {
        errors: [{ pointer: '#/to', code: 'recipient_opted_out', message }],
      });
    },

    forgetAll: () => anyOf.clear(),
  };
}
export type OptOuts = ReturnType<typeof makeOptOuts>;

function namesOf({ phone, lid }: { phone: string | null; lid: string | null }): PersonNames {
  return { phones: phone === null ? [] : phoneForms(phone), lid };
}
