import type { Account } from '../../model/account.js';
import type { Group } from '../../model/group.js';
import type { Network } from '../../model/network.js';
import { stanzaTime } from '../../model/node.js';
import { membersOf } from './group-nodes.js';
import type { GroupChange } from './members.js';
import { requireAdmin, requireMember } from './refusal.js';

/** Gives a group another picture, or none, and tells the members’ companions. */
export function changeGroupPicture(
  network: Network,
  group: Group,
  actor: Account,
  jpeg: Buffer | undefined,
): GroupChange {
  if (group.record.locked) requireAdmin(group, actor);
  else requireMember(group, actor);
  const id = Date.now().toString();
  group.record.picture = jpeg && { id, jpeg };
  const named = { jid: group.jid, author: actor.jid('lid') };
  const child = jpeg ? { tag: 'set', attrs: { ...named, id } } : { tag: 'delete', attrs: named };
  const attrs = { id: network.stanzaId(), type: 'picture', from: group.jid, t: stanzaTime() };
  const node = { tag: 'notification', attrs, content: [child] };
  const deliveries = membersOf(network, group).flatMap((account) =>
    [...account.companions.keys()].map((device) => ({ account, device, node })),
  );
  return { entries: [group.entry()], deliveries };
}
