import type { Bus } from '@multiwa/bus';
import {
  CodedError,
  type changeParticipantsSchema,
  type createGroupSchema,
  type decideRequestsSchema,
  type GroupAnswer,
  type GroupCall,
  type GroupInfo,
  type GroupRequest,
  groupCalls,
  type listGroupsQuerySchema,
  type updateGroupSchema,
} from '@multiwa/contracts';
import type { GroupsRepository, ProfileScope, ProfilesRepository } from '@multiwa/db';
import type { z } from 'zod';
import { viewGroup, viewGroupInfo, viewStoredGroup } from '../views/group-views.js';
import type { ResolveChat } from './addressing.js';
import type { KnownProfiles } from './known-profile.js';
import { readPage } from './page.js';

export interface GroupsDeps {
  groups: GroupsRepository;
  profiles: Pick<ProfilesRepository, 'find'>;
  knownProfiles: KnownProfiles;
  resolveChat: ResolveChat;
  bus: Pick<Bus, 'ask'>;
}

const INVITE_URL = 'https://chat.whatsapp.com/';

/** Groups: what is known of them stands in rows; what changes them, or must be true now, is asked of WhatsApp. */
export function makeGroups({ groups, profiles, knownProfiles, resolveChat, bus }: GroupsDeps) {
  async function ask<C extends GroupCall>(
    scope: ProfileScope,
    call: C,
    request: GroupRequest<C>,
  ): Promise<GroupAnswer<C>> {
    await knownProfiles.require(scope);
    const answer = await bus.ask('group', scope.profileId, { call, request });
    return groupCalls[call].response.parse(answer) as GroupAnswer<C>;
  }

  /** The same of one group. A group that nobody knows of is named as such, whether or not the session is there to ask. */
  async function askOf<C extends GroupCall>(
    scope: ProfileScope,
    call: C,
    request: GroupRequest<C> & { chat: string },
  ): Promise<GroupAnswer<C>> {
    try {
      return await ask(scope, call, request);
    } catch (error) {
      const isAway = error instanceof CodedError && error.code === 'profile_not_connected';
      if (isAway && !(await groups.find(scope, request.chat))) throw new CodedError('group_not_found');
      throw error;
    }
  }

  async function view({ workspaceId, profileId }: ProfileScope, chat: string, info: GroupInfo) {
    const profile = await profiles.find(workspaceId, profileId);
    return viewGroupInfo(profileId, chat, info, { phone: profile?.phone ?? null, lid: profile?.lid ?? null });
  }

  /** Canonical addresses of people. @throws CodedError `recipient_invalid` */
  const resolve = (scope: ProfileScope, people: readonly string[], pointer: string) =>
    Promise.all(
      people.map(async (person, index) => {
        const at = `${pointer}/${index}`;
        const chat = await resolveChat(scope, person, at);
        if (!chat.endsWith('@g.us')) return chat;
        const message = 'must be a person, not a group';
        throw new CodedError('recipient_invalid', { errors: [{ pointer: at, code: 'recipient_invalid', message }] });
      }),
    );

  return {
    async list(scope: ProfileScope, query: z.output<typeof listGroupsQuerySchema>) {
      await knownProfiles.require(scope);
      const left = query.left === 'true';
      return readPage('groups', query, (page) => groups.list(scope, { ...page, left }), viewGroup);
    },

    refresh: (scope: ProfileScope) => ask(scope, 'sync', {}),

    async get(scope: ProfileScope, id: string, fresh: boolean) {
      await knownProfiles.require(scope);
      const chat = chatOf(id);
      if (fresh) return view(scope, chat, (await askOf(scope, 'info', { chat })).group);
      const group = await groups.find(scope, chat);
      if (!group) throw new CodedError('group_not_found');
      return viewStoredGroup(group);
    },

    async create(scope: ProfileScope, input: z.output<typeof createGroupSchema>) {
      await knownProfiles.require(scope);
      const participants = await resolve(scope, input.participants, '#/participants');
      const { subject, kind, description = null, communityId } = input;
      const parent = communityId === undefined ? null : chatOf(communityId);
      const request = { subject, kind, description, participants, communityId: parent };
      const { chat, group, results } = await ask(scope, 'create', request);
      return { group: await view(scope, chat, group), results };
    },

    async update(scope: ProfileScope, id: string, changes: z.output<typeof updateGroupSchema>) {
      const { chat, group } = await askOf(scope, 'update', { chat: chatOf(id), changes });
      return view(scope, chat, group);
    },

    async changeParticipants(
      scope: ProfileScope,
      id: string,
      { action, people }: z.output<typeof changeParticipantsSchema>,
    ) {
      await knownProfiles.require(scope);
      const named = await resolve(scope, people, '#/people');
      const verb = action.toLowerCase() as Lowercase<typeof action>;
      return askOf(scope, 'members', { chat: chatOf(id), action: verb, people: named });
    },

    async invite(scope: ProfileScope, id: string, renew: boolean) {
      const { code } = await askOf(scope, 'invite', { chat: chatOf(id), renew });
      return { code, url: `${INVITE_URL}${code}` };
    },

    picture: (scope: ProfileScope, id: string) => askOf(scope, 'picture', { chat: chatOf(id) }),

    async changePicture(scope: ProfileScope, id: string, picture: { jpegBase64: string } | null): Promise<void> {
      await askOf(scope, 'changePicture', { chat: chatOf(id), picture });
    },

    async preview(scope: ProfileScope, invite: string) {
      const { chat, group, size } = await ask(scope, 'preview', { code: codeOf(invite) });
      return { ...group, id: chat, size };
    },

    async join(scope: ProfileScope, invite: string) {
      const { chat, joined } = await ask(scope, 'join', { code: codeOf(invite) });
      return { id: chat, joined };
    },

    async requests(scope: ProfileScope, id: string) {
      return { items: (await askOf(scope, 'requests', { chat: chatOf(id) })).requests };
    },

    async decide(scope: ProfileScope, id: string, { decision, people }: z.output<typeof decideRequestsSchema>) {
      await knownProfiles.require(scope);
      const named = await resolve(scope, people, '#/people');
      const verb = decision.toLowerCase() as Lowercase<typeof decision>;
      return askOf(scope, 'decide', { chat: chatOf(id), decision: verb, people: named });
    },

    async leave(scope: ProfileScope, id: string): Promise<void> {
      await askOf(scope, 'leave', { chat: chatOf(id) });
    },

    async subgroups(scope: ProfileScope, id: string) {
      const { groups: found } = await askOf(scope, 'subgroups', { chat: chatOf(id) });
      return { items: found.map(({ chat, ...rest }) => ({ id: chat, ...rest })) };
    },

    async link(scope: ProfileScope, id: string, subgroupId: string, linked: boolean): Promise<void> {
      await askOf(scope, 'link', { chat: chatOf(id), groupChat: chatOf(subgroupId), linked });
    },
  };
}
export type GroupsUseCases = ReturnType<typeof makeGroups>;

function chatOf(id: string): string {
  return id.endsWith('@g.us') ? id : `${id}@g.us`;
}

/** The code of an invite link, also when it is the link. */
function codeOf(invite: string): string {
  return invite.replace(/^https?:\/\/chat\.whatsapp\.com\/(invite\/)?/, '').replace(/[?#].*$/, '');
}
