import { CodedError, placeOf, type RestrictionKind } from '@multiwa/contracts';
import type { Profile, ProfileScope } from '@multiwa/db';
import { holdsAt, restrictionInForce } from '@multiwa/domain';

export interface ColdSendsDeps {
  /** Whether the person behind a chat has ever written to the profile. */
  hasWritten(profileId: string, chat: string): Promise<boolean>;
  now(): Date;
}

/**
 * Why a message may not be accepted while WhatsApp keeps the number from writing to people first; null when it may:
 * to somebody who has written before, or at a time when the restriction is over. Asks the database only while restricted.
 */
export function makeColdSends({ hasWritten, now }: ColdSendsDeps) {
  return async (
    { profileId }: ProfileScope,
    profile: Pick<Profile, 'health' | 'restriction'>,
    chat: string,
    sendAt: Date | null,
  ): Promise<CodedError | null> => {
    // A group, a channel or the statuses are no person whom one writes to first.
    if (chat.endsWith('@g.us') || placeOf(chat) !== 'chat') return null;
    const restriction = restrictionInForce(profile, now());
    if (!restriction || !holdsAt(restriction, sendAt ?? now())) return null;
    if (await hasWritten(profileId, chat)) return null;
    const until = restriction.until === null ? 'WhatsApp has not said until when' : `until ${restriction.until}`;
    return new CodedError('profile_restricted', {
      detail: `${refusals[restriction.kind]} (${until}). Replies go out.`,
    });
  };
}

const refusals: Readonly<Record<RestrictionKind, string>> = {
  reachout_timelock: 'WhatsApp does not let this number write to people who have not written to it',
  new_chat_cap: 'This number has written to as many people who have not written to it as WhatsApp allows',
};
export type ColdSends = ReturnType<typeof makeColdSends>;
