import type { GroupMemberState, GroupRequestRow, GroupState } from '@multiwa/db';

interface Entry {
  group: GroupState;
  /** By their address in the group. */
  members: Map<string, GroupMemberState>;
  /** As they were stored. */
  before: Map<string, GroupMemberState>;
}

export interface KnownGroups {
  groups: readonly GroupState[];
  members: readonly GroupMemberState[];
  requests: readonly GroupRequestRow[];
}

/** The groups that a batch of facts is about, with their members. */
export class GroupBook {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new Set<Entry>();

  readonly #requests = new Map<string, GroupRequestRow>();
  readonly #changedRequests = new Set<string>();

  constructor({ groups, members, requests }: KnownGroups) {
    for (const request of requests) this.#requests.set(`${keyOf(request)} ${request.member}`, request);
    for (const group of groups) {
      this.#entries.set(keyOf(group), { group, members: new Map(), before: new Map() });
    }
    for (const member of members) {
      const entry = this.#entries.get(keyOf(member));
      entry?.members.set(member.member, member);
      entry?.before.set(member.member, member);
    }
  }

  find(profileId: string, chat: string): { group: GroupState; members: GroupMemberState[] } | undefined {
    const entry = this.#entries.get(keyOf({ profileId, chat }));
    return entry && { group: entry.group, members: [...entry.members.values()] };
  }

  /** Those that a profile is in, as far as they were loaded. */
  inside(profileId: string): { group: GroupState; members: GroupMemberState[] }[] {
    return [...this.#entries.values()]
      .filter(({ group }) => group.profileId === profileId && group.role !== null)
      .map(({ group, members }) => ({ group, members: [...members.values()] }));
  }

  /** The group is so from now on. */
  put(group: GroupState, members: readonly GroupMemberState[]): void {
    const before = this.#entries.get(keyOf(group))?.before ?? new Map<string, GroupMemberState>();
    const entry = { group, members: new Map(members.map((one) => [one.member, one])), before };
    const replaced = this.#entries.get(keyOf(group));
    if (replaced) this.#changed.delete(replaced);
    this.#entries.set(keyOf(group), entry);
    this.#changed.add(entry);
  }

  /** Notes what is told of somebody's wish to be let in; false when as much or more was told before. */
  request(request: GroupRequestRow): boolean {
    const key = `${keyOf(request)} ${request.member}`;
    const known = this.#requests.get(key);
    if (known && known.at >= request.at) return false;
    this.#requests.set(key, request);
    this.#changedRequests.add(key);
    return true;
  }

  changedRequests(): GroupRequestRow[] {
    return [...this.#changedRequests].flatMap((key) => this.#requests.get(key) ?? []);
  }

  changed(): GroupState[] {
    return [...this.#changed].map(({ group }) => group);
  }

  changedMembers(): { gone: GroupMemberState[]; present: GroupMemberState[] } {
    const entries = [...this.#changed];
    return {
      gone: entries.flatMap(({ before, members }) => [...before.values()].filter(({ member }) => !members.has(member))),
      present: entries.flatMap(({ before, members }) =>
        [...members.values()].filter((one) => !isSame(before.get(one.member), one)),
      ),
    };
  }
}

function isSame(left: GroupMemberState | undefined, right: GroupMemberState): boolean {
  return left?.phone === right.phone && left.lid === right.lid && left.role === right.role;
}

function keyOf({ profileId, chat }: { profileId: string; chat: string }): string {
  return `${profileId} ${chat}`;
}
