import type {
  changeParticipantsSchema,
  createdGroupSchema,
  createGroupSchema,
  decideRequestsSchema,
  followInviteSchema,
  Group,
  GroupWithParticipants,
  groupInviteSchema,
  groupPreviewSchema,
  joinedGroupSchema,
  joinRequestsSchema,
  memberResultsSchema,
  refreshedGroupsSchema,
  subgroupsSchema,
  updateGroupSchema,
} from '@multiwa/contracts';
import type { z } from 'zod';

const at = '2026-11-23T05:00:00.000Z';
const owner = { phone: '628111222333', lid: '123456789012345' };
const budi = { phone: '6281234567890', lid: '198765432109876' };
const id = '120363041234567890@g.us';

const facts = {
  subject: 'Bandung customers',
  description: 'Offers and answers, on weekdays.',
  kind: 'GROUP' as const,
  communityId: null,
  owner,
  announce: false,
  locked: true,
  joinApproval: false,
  memberAddMode: 'ADMINS' as const,
  ephemeralSeconds: 0,
  createdAt: at,
};
const group: Group = { ...facts, id, profileId: 'cmh3k2v1x0000qzrm5t9ab3de', size: 2, role: 'OWNER', leftAt: null };
const withParticipants: GroupWithParticipants = {
  ...group,
  participants: [
    { ...owner, role: 'OWNER' },
    { ...budi, role: 'MEMBER' },
  ],
};
const done = { ...budi, outcome: 'DONE' as const, code: 200 };

const createGroup: z.input<typeof createGroupSchema> = {
  subject: 'Bandung customers',
  participants: ['+62 812-3456-7890'],
  kind: 'GROUP',
};
const created: z.output<typeof createdGroupSchema> = { group: withParticipants, results: [done] };
const updateGroup: z.input<typeof updateGroupSchema> = { subject: 'Bandung', announce: true };
const changeParticipants: z.input<typeof changeParticipantsSchema> = { action: 'ADD', people: ['+62 812-3456-7890'] };
const results: z.output<typeof memberResultsSchema> = { results: [done] };
const invite: z.output<typeof groupInviteSchema> = {
  code: 'Fx3kQm7TzR1Lw9PbYc5NaE',
  url: 'https://chat.whatsapp.com/Fx3kQm7TzR1Lw9PbYc5NaE',
};
const preview: z.output<typeof groupPreviewSchema> = { ...facts, id, size: 2 };
const join: z.input<typeof followInviteSchema> = { invite: invite.url };
const joined: z.output<typeof joinedGroupSchema> = { id, joined: true };
const requests: z.output<typeof joinRequestsSchema> = { items: [{ ...budi, requestedAt: at }] };
const decide: z.input<typeof decideRequestsSchema> = { decision: 'APPROVE', people: ['6281234567890'] };
const refreshed: z.output<typeof refreshedGroupsSchema> = { groups: 12 };
const subgroups: z.output<typeof subgroupsSchema> = { items: [{ id, subject: 'Bandung customers', size: 2 }] };

/** Examples of what the calls about groups take and answer. */
export const groupExamples: Readonly<Record<string, unknown>> = {
  Group: group,
  GroupWithParticipants: withParticipants,
  CreateGroup: createGroup,
  CreatedGroup: created,
  UpdateGroup: updateGroup,
  ChangeParticipants: changeParticipants,
  MemberResults: results,
  GroupInvite: invite,
  GroupPicture: { url: 'https://pps.whatsapp.net/v/t61.24694-24/1796083200.jpg', hidden: false },
  GroupPreview: preview,
  FollowInvite: join,
  JoinedGroup: joined,
  JoinRequests: requests,
  DecideJoinRequests: decide,
  RefreshedGroups: refreshed,
  Subgroups: subgroups,
};
