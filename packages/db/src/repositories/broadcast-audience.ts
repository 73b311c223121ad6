import type { RecipientStatus } from '@multiwa/contracts';
import type pg from 'pg';
import type { Broadcast } from '../generated/client.js';
import { type Executor, execute, query } from '../query.js';

/** Someone a broadcast is asked to send to. */
export interface AudienceCandidate {
  position: number;
  input: string;
  variables: Readonly<Record<string, string>>;
}

/** A recipient as it was decided on. */
export interface FrozenRecipient {
  position: number;
  status: RecipientStatus;
  reason: string | null;
  chat: string | null;
  contactId: string | null;
  variables: Readonly<Record<string, string>>;
}

interface AudienceContact {
  id: string;
  phone: string | null;
  lid: string | null;
  name: string | null;
  pushName: string | null;
  metadata: Record<string, unknown>;
}

/** Decides on candidates, chunk after chunk in the order of their positions. */
export interface AudienceDecider {
  /** Whom to look up: a number by each form it may have. */
  identitiesOf(candidates: readonly AudienceCandidate[]): { phones: string[]; lids: string[] };
  plan(
    candidates: readonly AudienceCandidate[],
    knowledge: {
      contactByPhone: Map<string, AudienceContact>;
      contactByLid: Map<string, AudienceContact>;
      optedOutPhones: Set<string>;
      optedOutLids: Set<string>;
    },
  ): FrozenRecipient[];
}

export interface FreezeOptions {
  newId(): string;
  /** Recipients at once. */
  chunk: number;
  /** False only asks the decider, and stores nothing. */
  store: boolean;
}

type Owner = Pick<Broadcast, 'id' | 'workspaceId' | 'profileId'>;

/**
 * Walks over the whole audience: the stored recipients, or with `tags` the contacts that have one of them, which
 * become recipients only now. Runs in the transaction that holds the broadcast, so what it decides and what it stores
 * is one moment.
 */
export async function freezeAudience(
  tx: pg.PoolClient,
  broadcast: Owner,
  tags: readonly string[] | null,
  decider: AudienceDecider,
  { newId, chunk, store }: FreezeOptions,
): Promise<void> {
  const pages = tags ? readTagged(tx, broadcast, tags, chunk) : readStored(tx, broadcast, chunk);
  for await (const candidates of pages) {
    const knowledge = await readKnowledge(tx, broadcast, decider.identitiesOf(candidates));
    const decided = decider.plan(candidates, knowledge);
    if (!store) continue;
    if (!tags) {
      await updateRecipients(tx, broadcast.id, decided);
      continue;
    }
    const inputs = new Map(candidates.map(({ position, input }) => [position, input]));
    const rows = decided.map((row) => ({ ...row, id: newId(), input: inputs.get(row.position) ?? '' }));
    await insertRecipients(tx, broadcast.id, rows);
  }
}

const READ_STORED = `
  SELECT "position", "input", "variables" FROM "BroadcastRecipient"
  WHERE "broadcastId" = $1 AND "position" > $2 ORDER BY "position" LIMIT $3`;

async function* readStored(tx: pg.PoolClient, { id }: Owner, chunk: number): AsyncGenerator<AudienceCandidate[]> {
  for (let after = -1; ; ) {
    const rows = await query<AudienceCandidate>(tx, 'audience_stored', READ_STORED, [id, after, chunk]);
    if (rows.length > 0) yield rows;
    if (rows.length < chunk) return;
    after = rows.at(-1)?.position ?? after;
  }
}

const READ_TAGGED = `
  SELECT "id", coalesce("phone", "lid" || '@lid') AS "input" FROM "Contact"
  WHERE "profileId" = $1 AND "tags" && $2::text[] AND "id" > $3 AND coalesce("phone", "lid") IS NOT NULL
  ORDER BY "id" LIMIT $4`;

async function* readTagged(
  tx: pg.PoolClient,
  { profileId }: Owner,
  tags: readonly string[],
  chunk: number,
): AsyncGenerator<AudienceCandidate[]> {
  let position = 0;
  for (let after = ''; ; ) {
    const values = [profileId, tags, after, chunk];
    const rows = await query<{ id: string; input: string }>(tx, 'audience_tagged', READ_TAGGED, values);
    if (rows.length > 0) yield rows.map(({ input }) => ({ position: position++, input, variables: {} }));
    if (rows.length < chunk) return;
    after = rows.at(-1)?.id ?? after;
  }
}

const CONTACTS = `
  SELECT "id", "phone", "lid", "name", "pushName", "metadata" FROM "Contact"
  WHERE "profileId" = $1 AND ("phone" = ANY($2::text[]) OR "lid" = ANY($3::text[]))`;
const OPTED_OUT = `
  SELECT "phone", "lid" FROM "OptOut"
  WHERE "workspaceId" = $1 AND ("phone" = ANY($2::text[]) OR "lid" = ANY($3::text[]))`;

async function readKnowledge(
  tx: pg.PoolClient,
  { workspaceId, profileId }: Owner,
  { phones, lids }: { phones: string[]; lids: string[] },
) {
  const contacts = await query<AudienceContact>(tx, 'audience_contacts', CONTACTS, [profileId, phones, lids]);
  const asked = [
    workspaceId,
    [...phones, ...present(contacts.map(({ phone }) => phone))],
    [...lids, ...present(contacts.map(({ lid }) => lid))],
  ];
  const optedOut = await query<{ phone: string | null; lid: string | null }>(
    tx,
    'audience_opted_out',
    OPTED_OUT,
    asked,
  );
  return {
    contactByPhone: new Map(contacts.flatMap((each) => (each.phone === null ? [] : [[each.phone, each] as const]))),
    contactByLid: new Map(contacts.flatMap((each) => (each.lid === null ? [] : [[each.lid, each] as const]))),
    optedOutPhones: new Set(present(optedOut.map(({ phone }) => phone))),
    optedOutLids: new Set(present(optedOut.map(({ lid }) => lid))),
  };
}

function present(values: readonly (string | null)[]): string[] {
  return values.filter((value) => value !== null);
}

const COLUMNS = `"position" int, "status" text, "reason" text, "chat" text, "contactId" text, "variables" jsonb`;

const INSERT = `
  INSERT INTO "BroadcastRecipient" ("id", "broadcastId", "position", "input", "status", "reason", "chat", "contactId",
                                    "variables", "updatedAt")
  SELECT r."id", $1, r."position", r."input", r."status"::"RecipientStatus", r."reason", r."chat", r."contactId",
         r."variables", now()
  FROM jsonb_to_recordset($2::jsonb) AS r("id" text, "input" text, ${COLUMNS})`;

/** Stores recipients of a broadcast that this transaction holds. */
export async function insertRecipients(
  executor: Executor,
  broadcastId: string,
  rows: readonly (FrozenRecipient & { id: string; input: string })[],
): Promise<void> {
  if (rows.length > 0) await execute(executor, 'audience_insert', INSERT, [broadcastId, JSON.stringify(rows)]);
}

const UPDATE = `
  UPDATE "BroadcastRecipient" b SET "status" = r."status"::"RecipientStatus", "reason" = r."reason",
    "chat" = r."chat", "contactId" = r."contactId", "variables" = r."variables", "updatedAt" = now()
  FROM jsonb_to_recordset($2::jsonb) AS r(${COLUMNS})
  WHERE b."broadcastId" = $1 AND b."position" = r."position"`;

async function updateRecipients(tx: pg.PoolClient, broadcastId: string, rows: readonly FrozenRecipient[]) {
  await execute(tx, 'audience_update', UPDATE, [broadcastId, JSON.stringify(rows)]);
}
