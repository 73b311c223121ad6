import { CodedError } from '@multiwa/contracts';
import type { ProfileScope, ProfilesRepository } from '@multiwa/db';
import { limits } from '../limits.js';
import { ReadThroughCache } from '../read-through-cache.js';

export type KnownProfile = NonNullable<Awaited<ReturnType<ProfilesRepository['findForSending']>>>;

export interface KnownProfiles {
  /** @throws CodedError `profile_not_found` for a missing, deleted or foreign one, all alike */
  require(scope: ProfileScope): Promise<KnownProfile>;
  forget(profileId: string): void;
}

/**
 * What hot paths ask of a profile, from memory for a short while. A profile deleted elsewhere may be served a little
 * longer; whatever is then written is guarded again in SQL.
 */
export function makeKnownProfiles(profiles: Pick<ProfilesRepository, 'findForSending'>): KnownProfiles {
  const options = { max: limits.cachedProfiles, ttlMs: limits.cacheTtlMs };
  const cache = new ReadThroughCache<KnownProfile>(
    options,
    async (id) => (await profiles.findForSending(id)) ?? undefined,
  );
  return {
    async require({ workspaceId, profileId }) {
      const profile = await cache.get(profileId);
      if (profile?.workspaceId !== workspaceId) throw new CodedError('profile_not_found');
      return profile;
    },
    forget: (profileId) => cache.forget(profileId),
  };
}
