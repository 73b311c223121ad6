import type { Bus } from '@multiwa/bus';
import {
  CodedError,
  type createAutomationSchema,
  eventOf,
  type Flow,
  flowSchema,
  type Identity,
  subjects,
  type updateAutomationSchema,
} from '@multiwa/contracts';
import type { AutomationRun, AutomationsRepository, Prisma, RunFilter } from '@multiwa/db';
import { identityOfChat, newId } from '@multiwa/domain';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { viewAutomation, viewRun, viewRunWithSteps } from '../views/automation-views.js';
import { viewOne } from '../views/view-one.js';
import { requireSound } from './flow-publication.js';
import type { KnownProfiles } from './known-profile.js';
import { type PageQuery, readPage } from './page.js';
import type { WithPeers } from './peers.js';

export interface AutomationsDeps {
  automations: AutomationsRepository;
  knownProfiles: KnownProfiles;
  /** The operator's choice: flows may call addresses that are not public. */
  allowPrivateUrls: boolean;
  bus: Pick<Bus, 'nudge'>;
  withPeers: WithPeers;
}

export function makeAutomations({ automations, knownProfiles, allowPrivateUrls, bus, withPeers }: AutomationsDeps) {
  const requireProfile = async (workspaceId: string, profileId: string | null | undefined): Promise<void> => {
    if (profileId) await knownProfiles.require({ workspaceId, profileId });
  };
  const requireAutomation = async (workspaceId: string, id: string) => found(await automations.find(workspaceId, id));

  return {
    async create({ workspaceId }: Caller, input: z.output<typeof createAutomationSchema>, id = newId()) {
      const { name, profileId = null, flow, cooldownSeconds, priority } = input;
      await requireProfile(workspaceId, profileId);
      const automation = { id, workspaceId, profileId, name, draft: stored(flow), cooldownSeconds, priority };
      return viewAutomation(await automations.create(automation));
    },

    list({ workspaceId }: Caller, query: PageQuery) {
      return readPage('automations', query, (page) => automations.list(workspaceId, page), viewAutomation);
    },

    async get({ workspaceId }: Caller, id: string) {
      return viewAutomation(await requireAutomation(workspaceId, id));
    },

    async update({ workspaceId }: Caller, id: string, change: z.output<typeof updateAutomationSchema>) {
      const { flow, ...rest } = change;
      await requireProfile(workspaceId, rest.profileId);
      const draft = flow === undefined ? {} : { draft: stored(flow) };
      return viewAutomation(found(await automations.update(workspaceId, id, { ...rest, ...draft })));
    },

    async delete({ workspaceId }: Caller, id: string): Promise<void> {
      if (!(await automations.delete(workspaceId, id, cancelledEvent))) throw new CodedError('automation_not_found');
      bus.nudge(subjects.nudge.outbox);
    },

    /** Makes the draft, as it is now, the version that new runs take. */
    async publish({ workspaceId }: Caller, id: string) {
      const { draft } = await requireAutomation(workspaceId, id);
      const flow = flowSchema.parse(draft);
      await requireSound(flow, allowPrivateUrls);
      return viewAutomation(found(await automations.publish(workspaceId, id, flow)));
    },

    async enable({ workspaceId }: Caller, id: string, isEnabled: boolean) {
      const automation = found(await automations.enable(workspaceId, id, isEnabled));
      if (automation === 'unpublished') {
        const detail = 'The automation has no published version: publish it first.';
        throw new CodedError('state_conflict', { detail });
      }
      return viewAutomation(automation);
    },

    async runs({ workspaceId }: Caller, id: string, { limit, cursor, ...filter }: PageQuery & RunFilter) {
      await requireAutomation(workspaceId, id);
      const read = async (page: Parameters<AutomationsRepository['runs']>[2]) =>
        withPeers(await automations.runs(workspaceId, id, { ...page, ...filter }));
      return readPage('automation-runs', { limit, cursor }, read, viewRun);
    },

    async run({ workspaceId }: Caller, id: string, runId: string) {
      const run = await automations.findRun(workspaceId, id, runId);
      if (!run) throw new CodedError('run_not_found');
      return viewOne(await withPeers([run]), viewRunWithSteps);
    },

    /** Cancelling what was cancelled before changes nothing. */
    async cancelRun({ workspaceId }: Caller, id: string, runId: string) {
      const cancelled = await automations.cancelRun(workspaceId, id, runId, cancelledEvent);
      if (cancelled) {
        bus.nudge(subjects.nudge.outbox);
        return viewOne(await withPeers([cancelled]), viewRun);
      }
      const run = await automations.findRun(workspaceId, id, runId);
      if (!run) throw new CodedError('run_not_found');
      if (run.status !== 'CANCELLED') {
        throw new CodedError('state_conflict', { detail: `The run has ended with status ${run.status}.` });
      }
      return viewOne(await withPeers([run]), viewRun);
    },
  };
}
export type Automations = ReturnType<typeof makeAutomations>;

function found<T>(automation: T | null): T {
  if (!automation) throw new CodedError('automation_not_found');
  return automation;
}

function stored(flow: Flow): Prisma.InputJsonObject {
  return flow as unknown as Prisma.InputJsonObject;
}

function cancelledEvent(run: AutomationRun, contact: Identity | undefined) {
  const { id: runId, workspaceId, profileId, automationId, version, contactId, chat } = run;
  const peer = contact ?? identityOfChat(chat);
  const data = { automationId, runId, version, contactId, chat, peer, status: 'CANCELLED' as const, failureCode: null };
  return eventOf('automation.run.ended', { id: newId(), workspaceId, profileId, data });
}
