import type pg from 'pg';
import { execute } from '../query.js';

/** A person whose phone and LID are both known since now. */
export interface PersonJoined {
  profileId: string;
  /** The contact that has both. */
  contactId: string;
  /** The contact that had the LID until now and goes; null where there was only one. */
  mergedContactId: string | null;
  phone: string;
  lid: string;
  /** What the person's chat was called by the LID, and is called by the phone. */
  fromChat: string;
  toChat: string;
}

const JOINED = `WITH joined AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS j("profileId" text, "contactId" text,
  "mergedContactId" text, "phone" text, "lid" text, "fromChat" text, "toChat" text))`;

/** What the customer wrote of both is kept; where both have it, of the one that stays. The other's stands in MergedRow. */
const MERGE_CONTACTS = `${JOINED}
  UPDATE "Contact" c SET
    "name" = coalesce(c."name", o."name"),
    "email" = coalesce(c."email", o."email"),
    "tags" = ARRAY(SELECT tag FROM unnest(c."tags" || o."tags") WITH ORDINALITY AS t(tag, nth) GROUP BY tag ORDER BY min(nth)),
    "metadata" = o."metadata" || c."metadata",
    "createdAt" = least(c."createdAt", o."createdAt"),
    "updatedAt" = now()
  FROM joined j JOIN "Contact" o ON o."id" = j."mergedContactId"
  WHERE c."id" = j."contactId"`;

/** A message that stands in both chats already (it came under both names) stays where it is. */
const MOVE_MESSAGES = `${JOINED}
  UPDATE "Message" m SET "chat" = j."toChat", "contactId" = j."contactId"
  FROM joined j WHERE m."profileId" = j."profileId" AND m."chat" = j."fromChat"
    AND NOT EXISTS (SELECT 1 FROM "Message" d
      WHERE d."profileId" = m."profileId" AND d."chat" = j."toChat" AND d."waMessageId" = m."waMessageId")`;

const HAND_OVER_MESSAGES = `${JOINED}
  UPDATE "Message" m SET "contactId" = j."contactId" FROM joined j WHERE m."contactId" = j."mergedContactId"`;

/** Who wrote a message is shown by both names from now on. */
const NAME_SENDERS = `${JOINED}
  UPDATE "Message" m SET "senderPhone" = j."phone", "senderLid" = j."lid"
  FROM joined j WHERE m."contactId" = j."contactId" AND NOT m."fromMe" AND (m."senderPhone" IS NULL OR m."senderLid" IS NULL)`;

/** So is who reacted or voted in their chat: what they say next by either name takes the place of what they said before. */
const nameOpinions = (table: 'Reaction' | 'PollVote') => `${JOINED}
  UPDATE "${table}" o SET "phone" = j."phone", "lid" = j."lid"
  FROM joined j JOIN "Message" m ON m."profileId" = j."profileId" AND m."chat" = j."toChat"
  WHERE o."messageId" = m."id" AND NOT o."fromMe" AND (o."phone" IS NULL OR o."lid" IS NULL)`;

const RENAME_CONVERSATIONS = `${JOINED}
  UPDATE "Conversation" c SET "chat" = j."toChat", "contactId" = j."contactId", "updatedAt" = now()
  FROM joined j WHERE c."profileId" = j."profileId" AND c."chat" = j."fromChat"
    AND NOT EXISTS (SELECT 1 FROM "Conversation" t WHERE t."profileId" = j."profileId" AND t."chat" = j."toChat")`;

/**
 * Unread messages of both are unread; the later last message is the last one. What somebody set on either holds, and hides
 * nothing that one of the two showed.
 */
const MERGE_CONVERSATIONS = `${JOINED}, gone AS (
    DELETE FROM "Conversation" c USING joined j WHERE c."profileId" = j."profileId" AND c."chat" = j."fromChat"
    RETURNING c.*, j."toChat", j."contactId" AS "personId"
  ), kept AS (
    INSERT INTO "MergedRow" ("id", "profileId", "intoId", "was")
    SELECT g."id", g."profileId", t."id", to_jsonb(g) - 'toChat' - 'personId'
    FROM gone g JOIN "Conversation" t ON t."profileId" = g."profileId" AND t."chat" = g."toChat"
    ON CONFLICT ("id") DO NOTHING
  )
  UPDATE "Conversation" t SET
    "contactId" = g."personId",
    "title" = coalesce(t."title", g."title"),
    "unreadCount" = t."unreadCount" + g."unreadCount",
    "lastMessageId" = CASE WHEN t."lastMessageAt" IS NULL OR g."lastMessageAt" > t."lastMessageAt"
      THEN g."lastMessageId" ELSE t."lastMessageId" END,
    "lastMessageAt" = greatest(t."lastMessageAt", g."lastMessageAt"),
    "markedUnread" = t."markedUnread" OR g."markedUnread",
    "archived" = t."archived" AND g."archived",
    "mutedUntil" = greatest(t."mutedUntil", g."mutedUntil"),
    "pinnedAt" = coalesce(t."pinnedAt", g."pinnedAt"),
    "labels" = ARRAY(SELECT label FROM unnest(t."labels" || g."labels") WITH ORDINALITY AS l(label, nth)
      GROUP BY label ORDER BY min(nth)),
    "ephemeralSeconds" = coalesce(t."ephemeralSeconds", g."ephemeralSeconds"),
    "assigneeId" = coalesce(t."assigneeId", g."assigneeId"),
    "clearedAt" = CASE WHEN t."clearedAt" IS NOT NULL AND g."clearedAt" IS NOT NULL
      THEN least(t."clearedAt", g."clearedAt") END,
    "deletedAt" = CASE WHEN t."deletedAt" IS NOT NULL AND g."deletedAt" IS NOT NULL
      THEN greatest(t."deletedAt", g."deletedAt") END,
    "changedAt" = g."changedAt" || t."changedAt",
    "createdAt" = least(t."createdAt", g."createdAt"),
    "updatedAt" = now()
  FROM gone g WHERE t."profileId" = g."profileId" AND t."chat" = g."toChat"`;

const HAND_OVER_CONVERSATIONS = `${JOINED}
  UPDATE "Conversation" c SET "contactId" = j."contactId" FROM joined j WHERE c."contactId" = j."mergedContactId"`;

const HAND_OVER_RUNS = `${JOINED}
  UPDATE "AutomationRun" r SET "contactId" = j."contactId",
    "chat" = CASE WHEN r."chat" = j."fromChat" THEN j."toChat" ELSE r."chat" END
  FROM joined j WHERE r."profileId" = j."profileId" AND r."contactId" IN (j."contactId", j."mergedContactId")
    AND (r."contactId" = j."mergedContactId" OR r."chat" = j."fromChat")`;

/** A person who stands twice in a broadcast is sent to once: whoever still waits yields to the other. */
const ONCE_IN_BROADCASTS = `${JOINED}
  UPDATE "BroadcastRecipient" r SET "status" = 'DUPLICATE', "reason" = 'duplicate', "updatedAt" = now()
  FROM joined j WHERE r."contactId" IN (j."contactId", j."mergedContactId") AND r."status" = 'PENDING' AND EXISTS (
    SELECT 1 FROM "BroadcastRecipient" o WHERE o."broadcastId" = r."broadcastId" AND o."id" <> r."id"
      AND o."contactId" IN (j."contactId", j."mergedContactId")
      AND (o."status" IN ('ACCEPTED', 'SENT', 'DELIVERED', 'READ')
        OR (o."status" = 'PENDING' AND o."position" < r."position")))`;

const HAND_OVER_RECIPIENTS = `${JOINED}
  UPDATE "BroadcastRecipient" r SET "contactId" = j."contactId",
    "chat" = CASE WHEN r."chat" = j."fromChat" THEN j."toChat" ELSE r."chat" END
  FROM joined j WHERE r."contactId" IN (j."contactId", j."mergedContactId")
    AND (r."contactId" = j."mergedContactId" OR r."chat" = j."fromChat")`;

/** Who opted out under one name has opted out under both, for all profiles of the workspace. */
const NAME_OPT_OUTS = `${JOINED}
  UPDATE "OptOut" o SET "phone" = coalesce(o."phone", j."phone"), "lid" = coalesce(o."lid", j."lid")
  FROM joined j JOIN "Profile" p ON p."id" = j."profileId"
  WHERE o."workspaceId" = p."workspaceId"
    AND ((o."phone" = j."phone" AND o."lid" IS NULL) OR (o."lid" = j."lid" AND o."phone" IS NULL))
    AND NOT EXISTS (SELECT 1 FROM "OptOut" d WHERE d."workspaceId" = p."workspaceId" AND d."id" <> o."id"
      AND (d."phone" = j."phone" OR d."lid" = j."lid"))`;

const REMOVE_CONTACTS = `${JOINED}, gone AS (
    DELETE FROM "Contact" c USING joined j WHERE c."id" = j."mergedContactId"
    RETURNING c.*, j."contactId" AS "intoId", j."lid" AS "hadLid"
  )
  INSERT INTO "MergedRow" ("id", "profileId", "intoId", "was")
  SELECT "id", "profileId", "intoId", (to_jsonb(gone) - 'intoId' - 'hadLid') || jsonb_build_object('lid', "hadLid") FROM gone
  ON CONFLICT ("id") DO NOTHING`;

/** An id that led to a row which is gone now leads on. */
const LEAD_ON = `${JOINED}
  UPDATE "MergedRow" m SET "intoId" = j."contactId" FROM joined j WHERE m."intoId" = j."mergedContactId"`;

interface Step {
  name: string;
  text: string;
  /** Only where two contacts become one. */
  merging?: true;
}

const steps: readonly Step[] = [
  { name: 'join_merge_contacts', text: MERGE_CONTACTS, merging: true },
  { name: 'join_move_messages', text: MOVE_MESSAGES },
  { name: 'join_hand_over_messages', text: HAND_OVER_MESSAGES, merging: true },
  { name: 'join_name_senders', text: NAME_SENDERS },
  { name: 'join_name_reactions', text: nameOpinions('Reaction') },
  { name: 'join_name_votes', text: nameOpinions('PollVote') },
  { name: 'join_rename_conversations', text: RENAME_CONVERSATIONS },
  { name: 'join_merge_conversations', text: MERGE_CONVERSATIONS },
  { name: 'join_hand_over_conversations', text: HAND_OVER_CONVERSATIONS, merging: true },
  { name: 'join_hand_over_runs', text: HAND_OVER_RUNS },
  { name: 'join_once_in_broadcasts', text: ONCE_IN_BROADCASTS, merging: true },
  { name: 'join_hand_over_recipients', text: HAND_OVER_RECIPIENTS },
  { name: 'join_name_opt_outs', text: NAME_OPT_OUTS },
  { name: 'join_remove_contacts', text: REMOVE_CONTACTS, merging: true },
  { name: 'join_lead_on', text: LEAD_ON, merging: true },
];

/**
 * Makes one of what stood under the LID and under the phone of a person, in the transaction that has given the contact
 * both. Done twice it changes nothing. The profile must be locked (lockProfiles); the contact that goes must have given
 * up its halves before.
 */
export async function joinPeople(tx: pg.PoolClient, people: readonly PersonJoined[]): Promise<void> {
  if (people.length === 0) return;
  const values = [JSON.stringify(people)];
  const isMerging = people.some(({ mergedContactId }) => mergedContactId !== null);
  for (const { name, text, merging } of steps) {
    if (isMerging || !merging) await execute(tx, name, text, values);
  }
}
