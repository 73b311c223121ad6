import { z } from 'zod';
import { chatSchema } from '../addresses.js';
import {
  groupChatSchema,
  groupFactsSchema,
  groupInfoSchema,
  joinRequestSchema,
  maxGroupDescription,
  maxGroupParticipants,
  maxGroupSubject,
  memberResultSchema,
} from '../groups.js';
import { jpegPictureSchema, pictureSchema } from '../person-answers.js';

const group = { chat: groupChatSchema };
/** Canonical addresses of people. */
const people = z.array(chatSchema).min(1).max(maxGroupParticipants);
const groupNow = z.object({ chat: groupChatSchema, group: groupInfoSchema });
const results = z.object({ results: z.array(memberResultSchema) });
const inviteCode = z.object({ code: z.string() });

/** What may be changed of a group. */
export const groupChangesSchema = groupFactsSchema
  .pick({ announce: true, locked: true, joinApproval: true, memberAddMode: true, ephemeralSeconds: true })
  .extend({
    subject: z.string().trim().min(1).max(maxGroupSubject),
    description: z.string().max(maxGroupDescription).nullable(),
  })
  .partial();
export type GroupChanges = z.infer<typeof groupChangesSchema>;

/** What can be asked of groups; all of it travels as the one question `group`, so that a session listens on one subject. */
export const groupCalls = {
  sync: {
    request: z.object({}),
    response: z.object({ groups: z.int() }),
    description: 'Ask WhatsApp for all groups of the number, and tell them as facts.',
  },
  info: {
    request: z.object(group),
    response: groupNow,
    description: 'How a group is now, by WhatsApp.',
  },
  create: {
    request: z.object({
      subject: z.string().trim().min(1).max(maxGroupSubject),
      participants: z.array(chatSchema).max(maxGroupParticipants),
      description: z.string().max(maxGroupDescription).nullable(),
      kind: z.enum(['GROUP', 'COMMUNITY']),
      communityId: groupChatSchema.nullable(),
    }),
    response: groupNow.extend({ results: z.array(memberResultSchema) }),
    description: 'Make a group or a community.',
  },
  update: {
    request: z.object({ ...group, changes: groupChangesSchema }),
    response: groupNow,
    description: 'Change what a group is called or whom it lets do what.',
  },
  members: {
    request: z.object({ ...group, action: z.enum(['add', 'remove', 'promote', 'demote']), people }),
    response: results,
    description: 'Add, remove, promote or demote people, with the outcome for each.',
  },
  invite: {
    request: z.object({ ...group, renew: z.boolean() }),
    response: inviteCode,
    description: 'The code of the invite link; `renew` makes a new one first, and the old link leads nowhere.',
  },
  preview: {
    request: inviteCode,
    response: z.object({
      chat: groupChatSchema,
      group: groupFactsSchema,
      size: z.int(),
    }),
    description: 'What an invite link leads to.',
  },
  join: {
    request: inviteCode,
    response: z.object({ chat: groupChatSchema.nullable(), joined: z.boolean() }),
    description: 'Follow an invite link: inside, or waiting for an admin.',
  },
  requests: {
    request: z.object(group),
    response: z.object({ requests: z.array(joinRequestSchema) }),
    description: 'Who waits to be let in.',
  },
  decide: {
    request: z.object({ ...group, decision: z.enum(['approve', 'reject']), people }),
    response: results,
    description: 'Let people in who asked, or send them away, with the outcome for each.',
  },
  picture: {
    request: z.object(group),
    response: pictureSchema,
    description: 'The picture of a group.',
  },
  changePicture: {
    request: z.object({ ...group, picture: jpegPictureSchema.nullable() }),
    response: z.object({}),
    description: 'Give a group another picture, or none.',
  },
  leave: {
    request: z.object(group),
    response: z.object({}),
    description: 'Leave a group or a community.',
  },
  subgroups: {
    request: z.object(group),
    response: z.object({ groups: z.array(z.object({ chat: groupChatSchema, subject: z.string(), size: z.int() })) }),
    description: 'The groups of a community.',
  },
  link: {
    request: z.object({ ...group, groupChat: groupChatSchema, linked: z.boolean() }),
    response: z.object({}),
    description: 'Put a group into a community, or take it out.',
  },
} as const;
export type GroupCall = keyof typeof groupCalls;
export type GroupRequest<C extends GroupCall> = z.output<(typeof groupCalls)[C]['request']>;
export type GroupAnswer<C extends GroupCall> = z.output<(typeof groupCalls)[C]['response']>;

export const groupAsks = {
  group: {
    request: z.object({ call: z.enum(Object.keys(groupCalls) as [GroupCall, ...GroupCall[]]), request: z.unknown() }),
    /** As the call says. */
    response: z.unknown(),
    deadlineMs: 45_000,
    description: 'Something about groups that WhatsApp answers: see the calls in the contracts’ group-asks.',
  },
} as const;
