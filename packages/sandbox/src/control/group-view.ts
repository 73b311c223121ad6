import type { Group, GroupKind, GroupRole } from '../model/group.js';
import type { Network } from '../model/network.js';

/** A group as the control API shows it. */
export interface GroupView {
  /** The JID, `…@g.us`. */
  group: string;
  kind: GroupKind;
  /** JID of the community that it belongs to. */
  parent: string | null;
  subject: string;
  description: string | null;
  announce: boolean;
  locked: boolean;
  ephemeralSeconds: number;
  joinApproval: boolean;
  membersAdd: boolean;
  /** Base64 of its picture. */
  pictureBase64: string | null;
  inviteCode: string;
  members: { phone: string; lid: string; role: GroupRole }[];
  /** Phones of those who asked to be let in. */
  requests: string[];
}

/** What became of each person that something was done to: 200, or the code of the refusal. */
export interface GroupResults {
  group: GroupView;
  results: { person: string; code: number }[];
}

export function groupView(network: Network, { jid, record }: Group): GroupView {
  const { kind, parent, subject, description, announce, locked, ephemeralSeconds } = record;
  const { joinApproval, membersAdd, inviteCode, members, requests } = record;
  return {
    group: jid,
    kind,
    parent: parent === undefined ? null : `${parent}@g.us`,
    subject,
    description: description?.text ?? null,
    announce,
    locked,
    ephemeralSeconds,
    joinApproval,
    membersAdd,
    pictureBase64: record.picture?.jpeg.toString('base64') ?? null,
    inviteCode,
    members: members.map(({ phone, role }) => ({ phone, lid: network.directory.find(phone)?.lid ?? '', role })),
    requests: requests.map(({ phone }) => phone),
  };
}
