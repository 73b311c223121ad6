import type { Bus, FactPayload, Stoppable } from '@multiwa/bus';
import { CodedError, groupCalls } from '@multiwa/contracts';
import type { Connection, GroupPictureUpdate, GroupRequestUpdate, GroupUpdate } from '../engines/engine.js';

type GroupKind = 'group-state' | 'group-request' | 'group-picture' | 'group-list';
type GroupFact = { [K in GroupKind]: { kind: K; payload: FactPayload<K> } }[GroupKind];

interface Dependencies {
  profileId: string;
  workspaceId: string;
  generation: number;
  say(fact: GroupFact): Promise<void>;
}

/** Says how groups are, in the order in which it was told: one for each ownership of a profile. */
export class GroupTeller {
  readonly #dependencies: Dependencies;
  #step = 0;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  group({ at, ...update }: GroupUpdate): Promise<void> {
    const { profileId, workspaceId, generation, say } = this.#dependencies;
    this.#step += 1;
    const payload = { profileId, workspaceId, generation, step: this.#step, at: at.toISOString(), ...update };
    return say({ kind: 'group-state', payload });
  }

  /** Says of every group that is not among these that the number left it. */
  list(chats: readonly string[], at: Date): Promise<void> {
    const { profileId, workspaceId, generation, say } = this.#dependencies;
    this.#step += 1;
    const payload = { profileId, workspaceId, generation, step: this.#step, at: at.toISOString(), chats: [...chats] };
    return say({ kind: 'group-list', payload });
  }

  picture({ at, ...update }: GroupPictureUpdate): Promise<void> {
    const { profileId, workspaceId, say } = this.#dependencies;
    return say({ kind: 'group-picture', payload: { profileId, workspaceId, at: at.toISOString(), ...update } });
  }

  request({ at, ...update }: GroupRequestUpdate): Promise<void> {
    const { profileId, workspaceId, say } = this.#dependencies;
    return say({ kind: 'group-request', payload: { profileId, workspaceId, at: at.toISOString(), ...update } });
  }
}

/** Answers what is asked of groups while the connection is open. */
export function answerGroups(
  bus: Pick<Bus, 'answer'>,
  profileId: string,
  connection: Connection,
  isOpen: () => boolean,
): Stoppable {
  return bus.answer('group', profileId, async ({ call, request }) => {
    if (!connection.groups) throw new CodedError('not_supported_by_engine');
    if (!isOpen()) throw new CodedError('profile_not_connected');
    const parsed = groupCalls[call].request.safeParse(request);
    if (!parsed.success) throw new CodedError('validation_failed', { cause: parsed.error });
    const run = connection.groups[call] as (request: unknown) => Promise<unknown>;
    return run(parsed.data);
  });
}
