import type { FactPayload } from '@multiwa/bus';
import type { Identity } from '@multiwa/contracts';
import type { OwnedProfile } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import type { ConnectionCallbacks, ReceiptUpdate } from '../engines/engine.js';
import type { SayOfChannel } from './channel-answers.js';
import type { GroupTeller } from './group-teller.js';

/** What a receipt says: of a message, or of one member of the group that it went to. */
export type ReceiptFact =
  | { kind: 'message-status'; payload: FactPayload<'message-status'> }
  | { kind: 'message-receipt'; payload: FactPayload<'message-receipt'> };

/** Where facts go. Each resolves once its fact is durable. */
export interface FactWays {
  presence(fact: FactPayload<'presence'>): void;
  chatsChanged(facts: FactPayload<'chat-changed'>[]): Promise<void>;
  receipts(facts: readonly ReceiptFact[]): Promise<void>;
  groups: GroupTeller;
  sayOfChannel: SayOfChannel;
  /** Tells of people named by phone and LID; must not throw. */
  learned(people: readonly Identity[]): void;
}

type FactCallbacks = Pick<
  ConnectionCallbacks,
  | 'receipts'
  | 'group'
  | 'groupRequest'
  | 'groupPicture'
  | 'groupList'
  | 'channelPost'
  | 'channelCounts'
  | 'presence'
  | 'chatsChanged'
  | 'learned'
>;

/** What an engine tells and others are told as it is, as facts of the profile. */
export function factCallbacks(
  ways: FactWays,
  profile: () => Pick<OwnedProfile, 'profileId' | 'workspaceId'>,
): FactCallbacks {
  const of = () => {
    const { profileId, workspaceId } = profile();
    return { profileId, workspaceId };
  };
  return {
    receipts: (updates) => ways.receipts(updates.map((update) => receiptFact(update, of()))),
    group: (update) => ways.groups.group(update),
    groupRequest: (update) => ways.groups.request(update),
    groupPicture: (update) => ways.groups.picture(update),
    groupList: (chats, at) => ways.groups.list(chats, at),
    channelPost(seen) {
      const payload = { ...seen, ...of(), at: new Date().toISOString() };
      return ways.sayOfChannel({ kind: 'channel-post', payload });
    },
    channelCounts(seen) {
      const payload = { ...seen, ...of(), eventId: newId(), at: new Date().toISOString() };
      ways.sayOfChannel({ kind: 'channel-counts', payload }).catch(() => undefined);
    },
    presence: (seen) => ways.presence({ ...seen, ...of(), eventId: newId() }),
    chatsChanged: (changes) => ways.chatsChanged(changes.map((change) => ({ ...of(), ...change }))),
    learned: (people) => ways.learned(people),
  };
}

function receiptFact(
  { at, participant, ...update }: ReceiptUpdate,
  of: { profileId: string; workspaceId: string },
): ReceiptFact {
  const said = { ...update, ...of, at: at.toISOString() };
  if (participant) return { kind: 'message-receipt', payload: { ...said, participant } };
  return { kind: 'message-status', payload: { ...said, messageId: null, failure: null } };
}
