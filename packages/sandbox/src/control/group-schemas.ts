import { z } from 'zod';

const phone = z.string().min(3).max(60);
const people = z.array(phone).min(1).max(1_024);
const by = phone.describe('Whose phone does it.');
const seconds = z.int().min(0).max(31_536_000);

export const createGroupSchema = z.strictObject({
  by,
  subject: z.string().min(1).max(100),
  participants: z.array(phone).max(1_024).default([]),
  description: z.string().min(1).max(2_048).optional(),
  /** A community with its announcements instead of a group. */
  community: z.boolean().default(false),
  /** The community that the group is to belong to. */
  parent: z.string().optional(),
});

/** What a phone does in a group, one thing at a time. */
export const groupActSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.enum(['add', 'remove', 'promote', 'demote', 'approve', 'reject']), by, people }),
  z.strictObject({ do: z.enum(['leave', 'renew-invite']), by }),
  z.strictObject({ do: z.literal('subject'), by, to: z.string().min(1).max(100) }),
  z.strictObject({ do: z.literal('description'), by, to: z.string().max(2_048) }),
  z.strictObject({ do: z.enum(['announce', 'locked', 'joinApproval', 'membersAdd']), by, to: z.boolean() }),
  z.strictObject({ do: z.literal('ephemeralSeconds'), by, to: seconds }),
  z.strictObject({ do: z.literal('picture'), by, to: z.base64().max(1_000_000).nullable() }),
  z.strictObject({ do: z.enum(['link', 'unlink']), by, group: z.string() }),
]);

export const joinGroupSchema = z.strictObject({ by, code: z.string().min(1).max(100) });
export const groupParamSchema = z.object({ group: z.string().max(60) });
export type GroupAct = z.input<typeof groupActSchema>;
export type CreateGroup = z.input<typeof createGroupSchema>;
