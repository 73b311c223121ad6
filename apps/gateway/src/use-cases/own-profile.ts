import type { Bus } from '@multiwa/bus';
import type { ChangeOwnProfile, OwnProfile } from '@multiwa/contracts';
import type { ProfileScope } from '@multiwa/db';
import type { KnownProfiles } from './known-profile.js';

/** What WhatsApp shows of the number itself. It is kept by WhatsApp alone, so it is asked of the session's owner. */
export function makeOwnProfile({ knownProfiles, bus }: { knownProfiles: KnownProfiles; bus: Pick<Bus, 'ask'> }) {
  async function get(scope: ProfileScope): Promise<OwnProfile> {
    await knownProfiles.require(scope);
    return bus.ask('own-profile', scope.profileId, {});
  }

  return {
    get,

    async change(scope: ProfileScope, change: ChangeOwnProfile): Promise<OwnProfile> {
      await knownProfiles.require(scope);
      await bus.ask('change-own-profile', scope.profileId, change);
      return get(scope);
    },
  };
}
export type OwnProfileUseCase = ReturnType<typeof makeOwnProfile>;
