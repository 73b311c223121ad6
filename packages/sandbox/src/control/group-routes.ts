import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { SandboxCore } from '../core.js';
import { SandboxError } from '../errors.js';
import type { Account } from '../model/account.js';
import type { Group } from '../model/group.js';
import { createCommunity, createGroup, linkGroup, unlinkGroup } from '../server/groups/create.js';
import {
  changeMembers,
  decideRequests,
  type GroupChange,
  joinByLink,
  leave,
  type MemberResult,
} from '../server/groups/members.js';
import { changeGroupPicture } from '../server/groups/picture.js';
import { GroupRefusal } from '../server/groups/refusal.js';
import { changeSetting, renewInvite } from '../server/groups/settings.js';
import { createGroupSchema, groupActSchema, groupParamSchema, joinGroupSchema } from './group-schemas.js';
import { type GroupResults, groupView } from './group-view.js';
import { parse } from './problem.js';

type Done = GroupChange & { results?: MemberResult[] };

/** Groups, and what phones do in them: the same as their clients can, under the same rules. */
export function registerGroupRoutes(app: FastifyInstance, core: SandboxCore): void {
  const { network } = core;
  const groupOf = (params: unknown): Group => {
    const { group: jid } = parse(groupParamSchema, params);
    const group = network.groups.find(jid);
    if (!group) throw new SandboxError('group_not_found', `There is no group ${jid}.`);
    return group;
  };
  const jidOf = (person: string): string => core.phone(person).account.jid('lid');
  const finish = async (group: Group, { entries, deliveries, results = [] }: Done): Promise<GroupResults> => {
    await network.commit(entries, deliveries);
    const told = results.map(({ jid, account, code }) => ({ person: account?.phone ?? jid, code }));
    return { group: groupView(network, group), results: told };
  };

  app.get('/groups', async () => ({ groups: network.groups.all().map((group) => groupView(network, group)) }));
  app.get('/groups/:group', async (request) => groupView(network, groupOf(request.params)));

  app.post('/groups', async (request, reply) => {
    const { by, community, participants, description, ...rest } = parse(createGroupSchema, request.body);
    const { account } = core.phone(by);
    const text = description === undefined ? undefined : { id: network.stanzaId(), text: description };
    const wanted = { ...rest, participants: participants.map(jidOf), description: text };
    const made = refusing(() => (community ? createCommunity : createGroup)(network, account, wanted));
    reply.status(201);
    return (await finish(made.group, made)).group;
  });

  app.post('/groups/join', async (request) => {
    const { by, code } = parse(joinGroupSchema, request.body);
    const group = network.groups.findByInvite(code);
    if (!group) throw new SandboxError('group_not_found', 'No group has this link.');
    return finish(
      group,
      refusing(() => joinByLink(network, group, core.phone(by).account)),
    );
  });

  app.post('/groups/:group/acts', async (request) => {
    const group = groupOf(request.params);
    const act = parse(groupActSchema, request.body);
    const { account } = core.phone(act.by);
    return finish(
      group,
      refusing(() => carryOut(group, account, act)),
    );
  });

  function carryOut(group: Group, actor: Account, act: z.output<typeof groupActSchema>): Done {
    switch (act.do) {
      case 'approve':
      case 'reject':
        return decideRequests(network, group, actor, act.do, act.people.map(jidOf));
      case 'add':
      case 'remove':
      case 'promote':
      case 'demote':
        return changeMembers(network, group, actor, act.do, act.people.map(jidOf));
      case 'leave':
        return leave(network, group, actor);
      case 'renew-invite':
        return renewInvite(network, group, actor);
      case 'description':
        return changeSetting(network, group, actor, { set: 'description', to: act.to === '' ? undefined : act.to });
      case 'picture':
        return changeGroupPicture(network, group, actor, act.to === null ? undefined : Buffer.from(act.to, 'base64'));
      case 'subject':
        return changeSetting(network, group, actor, { set: act.do, to: act.to });
      case 'ephemeralSeconds':
        return changeSetting(network, group, actor, { set: act.do, to: act.to });
      case 'link':
        return linkGroup(network, group, actor, network.groups.find(act.group));
      case 'unlink':
        return unlinkGroup(network, group, actor, network.groups.find(act.group));
      default:
        return changeSetting(network, group, actor, { set: act.do, to: act.to });
    }
  }
}

/** The server's no, as the control API says it. */
function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GroupRefusal)) throw error;
    throw new SandboxError('group_refused', `The network refuses this with ${error.code} (${error.message}).`);
  }
}
