import { CodedError, type GroupChanges, type MemberOutcome, type MemberResult } from '@multiwa/contracts';
import {
  type BinaryNode,
  generateMessageIDV2,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { GroupCalls } from '../../engine.js';
import { identityOf } from '../addresses.js';
import type { CompleteIdentity } from '../complete-identity.js';
import type { GroupBook } from './group-book.js';
import { groupError } from './group-error.js';
import { changeGroupPicture, groupPicture } from './group-picture.js';
import { groupChatOf, type KnownGroup, readGroup, timeOf } from './read-group.js';

interface Dependencies {
  sock: Pick<
    WASocket,
    | 'groupUpdateSubject'
    | 'groupUpdateDescription'
    | 'groupSettingUpdate'
    | 'groupToggleEphemeral'
    | 'groupMemberAddMode'
    | 'groupJoinApprovalMode'
    | 'groupInviteCode'
    | 'groupRevokeInvite'
    | 'groupAcceptInvite'
    | 'groupLeave'
    | 'communityLinkGroup'
    | 'communityUnlinkGroup'
    | 'profilePictureUrl'
    | 'query'
    | 'generateMessageTag'
  >;
  book: GroupBook;
  complete: CompleteIdentity;
}

const ALL_GROUPS = '@g.us';
const DONE = 200;
const outcomes: Readonly<Record<number, MemberOutcome>> = {
  200: 'DONE',
  401: 'NOT_ALLOWED',
  403: 'PRIVACY',
  404: 'NOT_ON_WHATSAPP',
  405: 'NOT_ALLOWED',
  408: 'LEFT_RECENTLY',
  409: 'ALREADY',
  419: 'GROUP_FULL',
};

/**
 * What customers may ask of groups, by the library's calls. Where those swallow what became of single people, the query is
 * made here.
 */
export function makeGroupCalls({ sock, book, complete }: Dependencies): GroupCalls {
  /** The group as WhatsApp shows it after a change; the notification of it may still be on its way. */
  const now = async (chat: string) => {
    const { info } = await book.refresh(chat);
    return { chat, group: info };
  };
  const results = (nodes: readonly BinaryNode[], missing: MemberOutcome = 'NOT_ON_WHATSAPP') =>
    Promise.all(nodes.map((node) => memberResult(node, missing, complete)));

  return guarded({
    sync: async () => ({ groups: await book.sync() }),

    info: ({ chat }) => now(chat),

    async create({ subject, participants, description, kind, communityId }) {
      const body = { tag: 'body', attrs: {}, content: Buffer.from(description ?? '') };
      const about = { tag: 'description', attrs: { id: generateMessageIDV2() }, content: [body] };
      const content: BinaryNode[] =
        kind === 'COMMUNITY'
          ? [
              about,
              { tag: 'parent', attrs: { default_membership_approval_mode: 'request_required' } },
              { tag: 'allow_non_admin_sub_group_creation', attrs: {} },
              { tag: 'create_general_chat', attrs: {} },
            ]
          : [
              ...people(participants),
              ...(description === null ? [] : [about]),
              ...(communityId === null ? [] : [{ tag: 'linked_parent', attrs: { jid: communityId } }]),
            ];
      const key = generateMessageIDV2();
      const answer = await book.query(ALL_GROUPS, 'set', { tag: 'create', attrs: { subject, key }, content });
      const node = getBinaryNodeChild(answer, 'group');
      const made = readGroup(node);
      if (!node || !made) throw new CodedError('group_change_refused', { detail: 'WhatsApp named no group.' });
      await book.learn(made);
      const asked = new Set(participants.map((chat) => chat.split('@')[0]));
      const added = getBinaryNodeChildren(node, 'participant').filter(({ attrs }) =>
        [attrs.jid, attrs.phone_number].some((jid) => asked.has(jid?.split('@')[0] ?? '')),
      );
      return { chat: made.chat, group: made.info, results: await results(added) };
    },

    async update({ chat, changes }) {
      for (const change of changesOf(sock, chat, changes)) await change();
      return now(chat);
    },

    async members({ chat, action, people: asked }) {
      const wanted = { tag: action, attrs: await linkedToo(book, chat, action), content: people(asked) };
      const answer = await book.query(chat, 'set', wanted);
      const told = getBinaryNodeChildren(getBinaryNodeChild(answer, action), 'participant');
      return { results: await results(told, action === 'add' ? 'NOT_ON_WHATSAPP' : 'NOT_MEMBER') };
    },

    async invite({ chat, renew }) {
      const code = await (renew ? sock.groupRevokeInvite(chat) : sock.groupInviteCode(chat));
      if (code === undefined) throw new CodedError('group_change_refused', { detail: 'WhatsApp gave no code.' });
      return { code };
    },

    async preview({ code }) {
      const answer = await book.query(ALL_GROUPS, 'get', { tag: 'invite', attrs: { code } });
      const node = getBinaryNodeChild(answer, 'group');
      const found = readGroup(node);
      if (!found) throw new CodedError('group_invite_invalid');
      const { participants, ...group } = found.info;
      return { chat: found.chat, group, size: Number(node?.attrs.size ?? participants.length) };
    },

    async join({ code }) {
      const jid = await sock.groupAcceptInvite(code);
      const chat = groupChatOf(jid) ?? null;
      return { chat, joined: chat !== null };
    },

    async requests({ chat }) {
      const answer = await book.query(chat, 'get', { tag: 'membership_approval_requests', attrs: {} });
      const nodes = getBinaryNodeChildren(
        getBinaryNodeChild(answer, 'membership_approval_requests'),
        'membership_approval_request',
      );
      const requests = nodes.map(async ({ attrs }) => ({
        ...(await complete(identityOf(attrs.jid, attrs.phone_number))),
        requestedAt: timeOf(attrs.request_time),
      }));
      return { requests: await Promise.all(requests) };
    },

    async decide({ chat, decision, people: asked }) {
      const content = [{ tag: decision, attrs: {}, content: people(asked) }];
      const answer = await book.query(chat, 'set', { tag: 'membership_requests_action', attrs: {}, content });
      const told = getBinaryNodeChild(getBinaryNodeChild(answer, 'membership_requests_action'), decision);
      return { results: await results(getBinaryNodeChildren(told, 'participant'), 'NOT_MEMBER') };
    },

    picture: ({ chat }) => groupPicture(sock, chat),

    async changePicture({ chat, picture }) {
      await changeGroupPicture(sock, chat, picture);
      return {};
    },

    async leave({ chat }) {
      await sock.groupLeave(chat);
      await book.forget(chat);
      return {};
    },

    async subgroups({ chat }) {
      const answer = await book.query(chat, 'get', { tag: 'sub_groups', attrs: {} });
      const nodes = getBinaryNodeChildren(getBinaryNodeChild(answer, 'sub_groups'), 'group');
      return {
        groups: nodes.flatMap((node) => {
          const found: KnownGroup | undefined = readGroup(node);
          const size = Number(node.attrs.size ?? 0);
          return found ? [{ chat: found.chat, subject: found.info.subject, size }] : [];
        }),
      };
    },

    async link({ chat, groupChat, linked }) {
      await (linked ? sock.communityLinkGroup(groupChat, chat) : sock.communityUnlinkGroup(groupChat, chat));
      await book.refresh(groupChat);
      return {};
    },
  });
}

/** The single changes, in an order in which none forbids the next. */
function changesOf(sock: Dependencies['sock'], chat: string, changes: GroupChanges): (() => Promise<unknown>)[] {
  const { subject, description, announce, locked, joinApproval, memberAddMode, ephemeralSeconds } = changes;
  const made: (() => Promise<unknown>)[] = [];
  if (subject !== undefined) made.push(() => sock.groupUpdateSubject(chat, subject));
  if (description !== undefined) made.push(() => sock.groupUpdateDescription(chat, description || undefined));
  if (ephemeralSeconds !== undefined) made.push(() => sock.groupToggleEphemeral(chat, ephemeralSeconds));
  if (joinApproval !== undefined) made.push(() => sock.groupJoinApprovalMode(chat, joinApproval ? 'on' : 'off'));
  if (memberAddMode !== undefined) {
    const mode = memberAddMode === 'ALL' ? 'all_member_add' : 'admin_add';
    made.push(() => sock.groupMemberAddMode(chat, mode));
  }
  if (announce !== undefined) {
    made.push(() => sock.groupSettingUpdate(chat, announce ? 'announcement' : 'not_announcement'));
  }
  if (locked !== undefined) made.push(() => sock.groupSettingUpdate(chat, locked ? 'locked' : 'unlocked'));
  return made;
}

/** Who is removed from a community leaves its groups too. */
async function linkedToo(book: GroupBook, chat: string, action: string): Promise<Record<string, string>> {
  if (action !== 'remove') return {};
  const { info } = await book.get(chat);
  return info.kind === 'COMMUNITY' ? { linked_groups: 'true' } : {};
}

function people(chats: readonly string[]): BinaryNode[] {
  return chats.map((jid) => ({ tag: 'participant', attrs: { jid } }));
}

async function memberResult(
  { attrs }: BinaryNode,
  missing: MemberOutcome,
  complete: CompleteIdentity,
): Promise<MemberResult> {
  const code = Number(attrs.error ?? DONE);
  const outcome = code === 404 ? missing : (outcomes[code] ?? 'REFUSED');
  return { ...(await complete(identityOf(attrs.jid, attrs.phone_number, attrs.lid))), outcome, code };
}

/** Every call with WhatsApp's refusals in our words. */
function guarded(calls: GroupCalls): GroupCalls {
  const about = (call: string) => (call === 'preview' || call === 'join' ? 'invite' : 'group');
  const entries = Object.entries(calls).map(([call, run]) => [
    call,
    (request: never) =>
      (run as (request: never) => Promise<unknown>)(request).catch((error: unknown) => {
        throw groupError(error, about(call));
      }),
  ]);
  return Object.fromEntries(entries) as GroupCalls;
}
