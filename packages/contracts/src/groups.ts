import { z } from 'zod';
import { chatSchema, identitySchema } from './addresses.js';

/** Canonical address of a group: `…@g.us`. */
export const groupChatSchema = z.string().regex(/^[\d-]{5,40}@g\.us$/);

export const groupKinds = ['GROUP', 'COMMUNITY', 'ANNOUNCEMENTS'] as const;
export const groupRoles = ['MEMBER', 'ADMIN', 'OWNER'] as const;
export const groupRoleSchema = z.enum(groupRoles);
export type GroupRole = z.infer<typeof groupRoleSchema>;

export const groupParticipantSchema = identitySchema.extend({ role: groupRoleSchema });
export type GroupParticipant = z.infer<typeof groupParticipantSchema>;

/** WhatsApp's own limits. */
export const maxGroupSubject = 100;
export const maxGroupDescription = 2_048;
export const maxGroupParticipants = 1_024;

/** What a group is and whom it lets do what. */
export const groupFactsSchema = z.object({
  subject: z.string(),
  description: z.string().nullable(),
  kind: z.enum(groupKinds).describe('A group, a community, or the announcements of a community.'),
  communityId: chatSchema.nullable().describe('The community that the group belongs to.'),
  owner: identitySchema.nullable().describe('Who made it.'),
  announce: z.boolean().describe('Only admins may send.'),
  locked: z.boolean().describe('Only admins may change subject, description, picture and the timer.'),
  joinApproval: z.boolean().describe('Who follows the invite link waits for an admin.'),
  memberAddMode: z.enum(['ADMINS', 'ALL']).describe('Who may add people.'),
  ephemeralSeconds: z.int().min(0).describe('After how long messages disappear; 0 for never.'),
  createdAt: z.iso.datetime().nullable(),
});

export const groupInfoSchema = groupFactsSchema.extend({ participants: z.array(groupParticipantSchema) });
export type GroupInfo = z.infer<typeof groupInfoSchema>;

/** What became of one person whom a group's admin added, removed, promoted, demoted, let in or sent away. */
export const memberOutcomes = {
  DONE: 'It is done.',
  ALREADY: 'The person is a member already.',
  NOT_MEMBER: 'The person is not a member, or did not ask to be let in.',
  NOT_ON_WHATSAPP: 'The number is not on WhatsApp.',
  PRIVACY: 'The person does not let others add them: send them the invite link.',
  LEFT_RECENTLY: 'The person left a short while ago and cannot be added yet: send them the invite link.',
  GROUP_FULL: 'The group has no room.',
  NOT_ALLOWED: 'WhatsApp does not let this be done to the person, as to the owner of the group.',
  REFUSED: 'WhatsApp refused, with the code given.',
} as const;
export type MemberOutcome = keyof typeof memberOutcomes;
export const memberResultSchema = identitySchema.extend({
  outcome: z.enum(Object.keys(memberOutcomes) as [MemberOutcome, ...MemberOutcome[]]),
  code: z.int().describe('WhatsApp’s own code; 200 when it is done.'),
});
export type MemberResult = z.infer<typeof memberResultSchema>;

export const joinRequestSchema = identitySchema.extend({
  requestedAt: z.iso.datetime().nullable(),
});
export type JoinRequest = z.infer<typeof joinRequestSchema>;
