import type { Bus } from '@multiwa/bus';
import { audienceSourceSchema, CodedError, eventOf, subjects, timing } from '@multiwa/contracts';
import {
  appendEvents,
  type Broadcast,
  type BroadcastChange,
  type BroadcastsRepository,
  cancelRemaining,
  changeBroadcast,
  countRecipients,
  freezeAudience,
  giveBackMessages,
  type NewEvent,
  takeBackMessages,
} from '@multiwa/db';
import {
  type BroadcastAction,
  broadcastEvent,
  newId,
  planAudience,
  readBroadcastSettings,
  requireBroadcastAction,
} from '@multiwa/domain';
import type { Caller } from '../auth/authenticate.js';
import type { BroadcastView } from '../views/broadcast-views.js';
import type { KnownProfiles } from './known-profile.js';

export interface BroadcastControlDeps {
  broadcasts: Pick<BroadcastsRepository, 'change'>;
  view(row: Broadcast): Promise<BroadcastView>;
  knownProfiles: KnownProfiles;
  bus: Pick<Bus, 'nudge'>;
  now(): Date;
}

type Transaction = Parameters<Parameters<BroadcastsRepository['change']>[2]>[1];
/** What an action does beside the new state: its columns, and events that go before the state's own. */
type Effect = (broadcast: Broadcast, tx: Transaction) => Promise<{ change?: BroadcastChange; events?: NewEvent[] }>;

/** What moves a broadcast on. Each is one transaction with its event; the scheduler is nudged after it. */
export function makeBroadcastControl({ broadcasts, view, knownProfiles, bus, now }: BroadcastControlDeps) {
  async function act(caller: Caller, id: string, action: BroadcastAction, effect: Effect): Promise<BroadcastView> {
    const changed = await broadcasts.change(caller.workspaceId, id, async (broadcast, tx) => {
      const status = requireBroadcastAction(broadcast.status, action);
      if (status === null) throw new Error(`${action} leaves no broadcast`);
      const { change, events = [] } = await effect(broadcast, tx);
      const row = await changeBroadcast(tx, id, { ...change, status });
      const counts = await countRecipients(tx, [id]);
      await appendEvents(tx, [...events, broadcastEvent('broadcast.status', row, status, counts.get(id) ?? {})]);
      return row;
    });
    if (!changed) throw new CodedError('broadcast_not_found');
    bus.nudge(subjects.nudge.outbox);
    bus.nudge(subjects.nudge.broadcasts);
    return view(changed);
  }

  /** Decides on every recipient; whether that is kept or only tried. */
  async function freeze(broadcast: Broadcast, tx: Transaction, store: boolean): Promise<void> {
    const { workspaceId, profileId } = broadcast;
    await knownProfiles.require({ workspaceId, profileId });
    const source = audienceSourceSchema.parse(broadcast.audience);
    const planner = planAudience(readBroadcastSettings(broadcast).content, source);
    const tags = source.kind === 'tags' ? (source.tags ?? []) : null;
    await freezeAudience(tx, broadcast, tags, planner, { newId, chunk: timing.broadcast.freezeChunk, store });
    planner.check();
  }

  return {
    /** Freezes the audience and starts; with `at` only tries that out, and the scheduler does it at its time. */
    start(caller: Caller, id: string, at?: string): Promise<BroadcastView> {
      const scheduledAt = at === undefined ? undefined : new Date(at);
      if (scheduledAt && scheduledAt <= now()) {
        const errors = [{ pointer: '#/at', code: 'schedule_past', message: 'lies in the past' }];
        throw new CodedError('schedule_past', { errors });
      }
      return act(caller, id, scheduledAt ? 'schedule' : 'start', async (broadcast, tx) => {
        await freeze(broadcast, tx, scheduledAt === undefined);
        return { change: scheduledAt ? { scheduledAt } : { startedAt: now() } };
      });
    },

    /** From the commit on the scheduler accepts nothing more, and engines leave what they have not sent. */
    pause(caller: Caller, id: string): Promise<BroadcastView> {
      return act(caller, id, 'pause', async (_, tx) => {
        await takeBackMessages(tx, id);
        return {};
      });
    },

    resume(caller: Caller, id: string): Promise<BroadcastView> {
      return act(caller, id, 'resume', async (_, tx) => {
        await giveBackMessages(tx, id);
        return {};
      });
    },

    cancel(caller: Caller, id: string): Promise<BroadcastView> {
      return act(caller, id, 'cancel', async ({ workspaceId, profileId }, tx) => {
        const cancelled = await cancelRemaining(tx, id);
        const events = cancelled.map(({ at, ...message }) => {
          const data = { ...message, at: at.toISOString() };
          return eventOf('message.cancelled', { id: newId(), workspaceId, profileId, data });
        });
        return { change: { endedAt: now() }, events };
      });
    },
  };
}
export type BroadcastControl = ReturnType<typeof makeBroadcastControl>;
