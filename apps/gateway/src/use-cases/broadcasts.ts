import {
  type Audience,
  type AudienceSource,
  type BroadcastStatus,
  CodedError,
  type createBroadcastSchema,
  type RecipientStatus,
  type updateBroadcastSchema,
} from '@multiwa/contracts';
import {
  type Broadcast,
  type BroadcastsRepository,
  changeBroadcast,
  deleteBroadcast,
  deleteRecipients,
  insertRecipients,
} from '@multiwa/db';
import { type Candidate, newId, parseTextTemplate, requireBroadcastAction } from '@multiwa/domain';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { readRecipients } from '../csv/read-recipients.js';
import { type BroadcastView, viewBroadcast, viewRecipient } from '../views/broadcast-views.js';
import type { KnownProfiles } from './known-profile.js';
import { type PageQuery, readPage, readPageBy } from './page.js';
import type { WithPeers } from './peers.js';

export interface BroadcastsDeps {
  broadcasts: BroadcastsRepository;
  knownProfiles: KnownProfiles;
  withPeers: WithPeers;
  now(): Date;
}

type Transaction = Parameters<Parameters<BroadcastsRepository['change']>[2]>[1];
type Create = z.output<typeof createBroadcastSchema>;
type Update = z.output<typeof updateBroadcastSchema>;

const insertChunk = 1_000;

/** Broadcasts as drafts, and how they fare. What moves them on stands in broadcast-control.ts. */
export function makeBroadcasts({ broadcasts, knownProfiles, withPeers, now }: BroadcastsDeps) {
  async function viewAll(rows: readonly Broadcast[]): Promise<BroadcastView[]> {
    const [counts, paces] = await Promise.all([
      broadcasts.counts(rows.map(({ id }) => id)),
      broadcasts.paces(rows.filter(({ status }) => status === 'RUNNING').map(({ profileId }) => profileId)),
    ]);
    const byProfile = new Map(paces.map((each) => [each.profileId, each]));
    return rows.map((row) =>
      viewBroadcast(row, { counts: counts.get(row.id) ?? {}, used: byProfile.get(row.profileId) ?? null, now: now() }),
    );
  }

  async function view(row: Broadcast): Promise<BroadcastView> {
    const [shown] = await viewAll([row]);
    if (!shown) throw new Error('a broadcast has no view');
    return shown;
  }

  async function find({ workspaceId }: Caller, id: string): Promise<Broadcast> {
    return found(await broadcasts.find(workspaceId, id));
  }

  return {
    view,

    async create({ workspaceId }: Caller, input: Create, id = newId()): Promise<BroadcastView> {
      const { profileId, name, content, audience, pace } = input;
      await knownProfiles.require({ workspaceId, profileId });
      parseTextTemplate(content.text, '#/content/text');
      const row = { id, workspaceId, profileId, name, content, audience: sourceOf(audience), pace };
      return view(found(await broadcasts.create(row, (tx) => addRecipients(tx, id, audience))));
    },

    async list(
      { workspaceId }: Caller,
      { limit, cursor, ...filter }: PageQuery & { profileId?: string; status?: BroadcastStatus },
    ) {
      const { items, nextCursor } = await readPage(
        'broadcasts',
        { limit, cursor },
        (page) => broadcasts.list(workspaceId, { ...page, ...filter }),
        (row) => row,
      );
      return { items: await viewAll(items), nextCursor };
    },

    async get(caller: Caller, id: string): Promise<BroadcastView> {
      return view(await find(caller, id));
    },

    async update({ workspaceId }: Caller, id: string, change: Update): Promise<BroadcastView> {
      const { audience, ...rest } = change;
      if (rest.content) parseTextTemplate(rest.content.text, '#/content/text');
      const changed = await broadcasts.change(workspaceId, id, async ({ status }, tx) => {
        requireBroadcastAction(status, 'edit');
        if (!audience) return changeBroadcast(tx, id, rest);
        await deleteRecipients(tx, id);
        await addRecipients(tx, id, audience);
        return changeBroadcast(tx, id, { ...rest, audience: sourceOf(audience) });
      });
      return view(found(changed));
    },

    async delete({ workspaceId }: Caller, id: string): Promise<void> {
      const deleted = await broadcasts.change(workspaceId, id, async ({ status }, tx) => {
        requireBroadcastAction(status, 'delete');
        await deleteBroadcast(tx, id);
        return true;
      });
      found(deleted);
    },

    async listRecipients(caller: Caller, id: string, query: PageQuery & { status?: RecipientStatus }) {
      await find(caller, id);
      const { status } = query;
      const read = async ({ take, after }: { take: number; after?: { id: string } }) =>
        withPeers(await broadcasts.listRecipients(id, { take, status, after: after?.id }));
      return readPageBy('recipients', query, read, viewRecipient, (row) => ({ at: null, id: row.id }));
    },

    /** Refuses before the upload is read. @throws CodedError `broadcast_not_found` or `state_conflict` */
    async requireDraft(caller: Caller, id: string): Promise<void> {
      requireBroadcastAction((await find(caller, id)).status, 'edit');
    },

    /** Makes the lines of a CSV file the audience, all of them or none. @throws CodedError `csv_invalid` */
    async replaceRecipients({ workspaceId }: Caller, id: string, csvPath: string): Promise<BroadcastView> {
      const changed = await broadcasts.change(workspaceId, id, async ({ status }, tx) => {
        requireBroadcastAction(status, 'edit');
        await deleteRecipients(tx, id);
        for await (const rows of readRecipients(csvPath, insertChunk)) await insert(tx, id, rows);
        return changeBroadcast(tx, id, { audience: { kind: 'csv' } satisfies AudienceSource });
      });
      return view(found(changed));
    },
  };
}
export type Broadcasts = ReturnType<typeof makeBroadcasts>;

function found<T>(value: T | null): T {
  if (value === null) throw new CodedError('broadcast_not_found');
  return value;
}

function sourceOf(audience: Audience): AudienceSource {
  return audience.kind === 'tags' ? audience : { kind: audience.kind };
}

/** An audience by tags has no rows until it starts; one by CSV has none until the file comes. */
async function addRecipients(tx: Transaction, broadcastId: string, audience: Audience): Promise<void> {
  if (audience.kind !== 'recipients') return;
  const rows = audience.recipients.map(({ to, name, variables }, position) => ({
    position,
    input: to,
    variables: { ...variables, ...(name !== undefined && { name }) },
  }));
  for (let from = 0; from < rows.length; from += insertChunk) {
    await insert(tx, broadcastId, rows.slice(from, from + insertChunk));
  }
}

function insert(tx: Transaction, broadcastId: string, rows: readonly Candidate[]): Promise<void> {
  const undecided = { status: 'PENDING', reason: null, chat: null, contactId: null } as const;
  return insertRecipients(
    tx,
    broadcastId,
    rows.map((row) => ({ ...row, ...undecided, id: newId() })),
  );
}
