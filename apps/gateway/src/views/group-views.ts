import type { GroupInfo, Group as GroupView, GroupWithParticipants, Identity } from '@multiwa/contracts';
import type { Group, GroupParticipant } from '@multiwa/db';

/** A group as it is stored. */
export function viewGroup(group: Group): GroupView {
  const { ownerPhone, ownerLid, groupCreatedAt, leftAt } = group;
  return {
    id: group.chat,
    profileId: group.profileId,
    subject: group.subject,
    description: group.description,
    kind: group.kind,
    communityId: group.communityChat,
    owner: ownerPhone === null && ownerLid === null ? null : { phone: ownerPhone, lid: ownerLid },
    announce: group.announce,
    locked: group.locked,
    joinApproval: group.joinApproval,
    memberAddMode: group.memberAddMode,
    ephemeralSeconds: group.ephemeralSeconds,
    size: group.size,
    role: group.role,
    createdAt: groupCreatedAt?.toISOString() ?? null,
    leftAt: leftAt?.toISOString() ?? null,
    pictureId: group.pictureId,
  };
}

export function viewStoredGroup(group: Group & { participants: GroupParticipant[] }): GroupWithParticipants {
  const participants = group.participants.map(({ phone, lid, role }) => ({ phone, lid, role }));
  return { ...viewGroup(group), participants };
}

/** A group as WhatsApp has just described it. */
export function viewGroupInfo(profileId: string, id: string, info: GroupInfo, self: Identity): GroupWithParticipants {
  const own = info.participants.find(
    ({ phone, lid }) => (phone !== null && phone === self.phone) || (lid !== null && lid === self.lid),
  );
  const role = own?.role ?? null;
  return { ...info, id, profileId, size: info.participants.length, role, leftAt: null };
}
