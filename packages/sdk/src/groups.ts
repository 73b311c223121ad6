import type { Request } from './request.js';
import type {
  ChangeParticipants,
  CreatedGroup,
  CreateGroup,
  DecideRequests,
  Group,
  GroupInvite,
  GroupPicture,
  GroupPreview,
  GroupWithParticipants,
  JoinedGroup,
  JoinRequest,
  ListGroups,
  MemberResult,
  Page,
  UpdateGroup,
} from './types.js';

/** Groups and communities. */
export function groupCalls(request: Request) {
  const groups = (profileId: string) => `/profiles/${encodeURIComponent(profileId)}/groups`;
  const group = (profileId: string, id: string) => `${groups(profileId)}/${encodeURIComponent(id)}`;
  return {
    create: (profileId: string, body: CreateGroup) => request<CreatedGroup>('POST', groups(profileId), { body }),
    list: (profileId: string, query: ListGroups = {}) => request<Page<Group>>('GET', groups(profileId), { query }),
    /** Asks WhatsApp for all groups of the number; resolves with how many there are. */
    refresh: async (profileId: string) =>
      (await request<{ groups: number }>('POST', `${groups(profileId)}/refresh`)).groups,
    /** What is known of a group, or with `fresh` what WhatsApp says now. */
    get: (profileId: string, id: string, { fresh = false }: { fresh?: boolean } = {}) =>
      request<GroupWithParticipants>('GET', group(profileId, id), { query: { fresh: String(fresh) } }),
    update: (profileId: string, id: string, body: UpdateGroup) =>
      request<GroupWithParticipants>('PATCH', group(profileId, id), { body }),
    /** Adds, removes, promotes or demotes; resolves with what became of each person. */
    changeParticipants: async (profileId: string, id: string, body: ChangeParticipants) =>
      (await request<{ results: MemberResult[] }>('POST', `${group(profileId, id)}/participants`, { body })).results,
    invite: (profileId: string, id: string) => request<GroupInvite>('GET', `${group(profileId, id)}/invite`),
    /** Makes a new link; the old one leads nowhere. */
    renewInvite: (profileId: string, id: string) =>
      request<GroupInvite>('POST', `${group(profileId, id)}/invite/renew`),
    /** Where its picture lies at WhatsApp. */
    picture: (profileId: string, id: string) => request<GroupPicture>('GET', `${group(profileId, id)}/picture`),
    setPicture: (profileId: string, id: string, jpegBase64: string) =>
      request<void>('PUT', `${group(profileId, id)}/picture`, { body: { jpegBase64 } }),
    removePicture: (profileId: string, id: string) => request<void>('DELETE', `${group(profileId, id)}/picture`),
    /** What a link, or its code, leads to. */
    preview: (profileId: string, invite: string) =>
      request<GroupPreview>('POST', `${groups(profileId)}/preview`, { body: { invite } }),
    join: (profileId: string, invite: string) =>
      request<JoinedGroup>('POST', `${groups(profileId)}/join`, { body: { invite } }),
    requests: async (profileId: string, id: string) =>
      (await request<{ items: JoinRequest[] }>('GET', `${group(profileId, id)}/requests`)).items,
    decide: async (profileId: string, id: string, body: DecideRequests) =>
      (await request<{ results: MemberResult[] }>('POST', `${group(profileId, id)}/requests`, { body })).results,
    leave: (profileId: string, id: string) => request<void>('POST', `${group(profileId, id)}/leave`),
    /** The groups of a community. */
    subgroups: async (profileId: string, id: string) =>
      (
        await request<{ items: { id: string; subject: string; size: number }[] }>(
          'GET',
          `${group(profileId, id)}/subgroups`,
        )
      ).items,
    link: (profileId: string, id: string, subgroupId: string) =>
      request<void>('PUT', `${group(profileId, id)}/subgroups/${encodeURIComponent(subgroupId)}`),
    unlink: (profileId: string, id: string, subgroupId: string) =>
      request<void>('DELETE', `${group(profileId, id)}/subgroups/${encodeURIComponent(subgroupId)}`),
  };
}
