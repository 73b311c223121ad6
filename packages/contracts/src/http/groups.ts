import { z } from 'zod';
import { groupChangesSchema } from '../bus/group-asks.js';
import {
  groupChatSchema,
  groupFactsSchema,
  groupParticipantSchema,
  groupRoleSchema,
  joinRequestSchema,
  maxGroupDescription,
  maxGroupParticipants,
  maxGroupSubject,
  memberResultSchema,
} from '../groups.js';
import { idSchema } from '../ids.js';
import { jpegPictureSchema, pictureSchema } from '../person-answers.js';
import { pageQuerySchema } from './paging.js';

const recipient = z.string().min(1).max(200);
const people = z
  .array(recipient)
  .min(1)
  .max(maxGroupParticipants)
  .describe('Phone numbers in international form, JIDs or LIDs.');

/** A group's address, with or without `@g.us`. */
export const groupIdSchema = z.string().regex(/^[\d-]{5,40}(@g\.us)?$/, 'must be the id of a group');

export const groupSchema = groupFactsSchema
  .extend({
    id: groupChatSchema.describe('The group’s address, which messages are sent to.'),
    profileId: idSchema,
    size: z.int(),
    role: groupRoleSchema.nullable().describe('The number’s own role; null when it is not (any more) in the group.'),
    leftAt: z.iso.datetime().nullable(),
    pictureId: z
      .string()
      .nullable()
      .optional()
      .describe('Of the picture, as it was changed last since the number is in the group.'),
  })
  .meta({ id: 'Group' });
export type Group = z.infer<typeof groupSchema>;

export const groupWithParticipantsSchema = groupSchema
  .extend({ participants: z.array(groupParticipantSchema) })
  .meta({ id: 'GroupWithParticipants' });
export type GroupWithParticipants = z.infer<typeof groupWithParticipantsSchema>;

export const listGroupsQuerySchema = pageQuerySchema.extend({
  left: z.enum(['true', 'false']).optional().describe('Also those that the number is no longer in.'),
});

export const getGroupQuerySchema = z.object({
  fresh: z.enum(['true', 'false']).optional().describe('Ask WhatsApp now, instead of what is known of it.'),
});

export const createGroupSchema = z
  .strictObject({
    subject: z.string().trim().min(1).max(maxGroupSubject),
    participants: z.array(recipient).max(maxGroupParticipants).default([]),
    description: z.string().trim().min(1).max(maxGroupDescription).optional(),
    kind: z.enum(['GROUP', 'COMMUNITY']).default('GROUP'),
    communityId: groupIdSchema.optional().describe('The community that the group is to belong to.'),
  })
  .meta({ id: 'CreateGroup' });

export const createdGroupSchema = z
  .object({ group: groupWithParticipantsSchema, results: z.array(memberResultSchema) })
  .meta({ id: 'CreatedGroup' });

export const updateGroupSchema = z
  .strictObject({
    ...groupChangesSchema.shape,
    description: z.string().trim().max(maxGroupDescription).nullable().optional(),
  })
  .refine((changes) => Object.values(changes).some((value) => value !== undefined), 'must change something')
  .meta({ id: 'UpdateGroup' });

export const changeParticipantsSchema = z
  .strictObject({ action: z.enum(['ADD', 'REMOVE', 'PROMOTE', 'DEMOTE']), people })
  .meta({ id: 'ChangeParticipants' });

export const memberResultsSchema = z.object({ results: z.array(memberResultSchema) }).meta({ id: 'MemberResults' });

export const groupPictureSchema = pictureSchema.meta({ id: 'GroupPicture' });

export const changeGroupPictureSchema = z
  .strictObject(jpegPictureSchema.shape)
  .meta({ id: 'ChangeGroupPicture', example: { jpegBase64: '/9j/4AAQSkZJRgABAQEASABIAAD/2Q==' } });

export const groupInviteSchema = z.object({ code: z.string(), url: z.string() }).meta({ id: 'GroupInvite' });

const invite = z.string().trim().min(1).max(200).describe('The link, https://chat.whatsapp.com/…, or its code.');
export const followInviteSchema = z.strictObject({ invite }).meta({ id: 'FollowInvite' });

export const groupPreviewSchema = groupFactsSchema
  .extend({ id: groupChatSchema, size: z.int() })
  .meta({ id: 'GroupPreview' });

export const joinedGroupSchema = z
  .object({
    id: groupChatSchema.nullable(),
    joined: z.boolean().describe('False while an admin has to agree.'),
  })
  .meta({ id: 'JoinedGroup' });

export const joinRequestsSchema = z.object({ items: z.array(joinRequestSchema) }).meta({ id: 'JoinRequests' });

export const decideRequestsSchema = z
  .strictObject({ decision: z.enum(['APPROVE', 'REJECT']), people })
  .meta({ id: 'DecideJoinRequests' });

export const refreshedGroupsSchema = z.object({ groups: z.int() }).meta({ id: 'RefreshedGroups' });

export const subgroupsSchema = z
  .object({ items: z.array(z.object({ id: groupChatSchema, subject: z.string(), size: z.int() })) })
  .meta({ id: 'Subgroups' });
