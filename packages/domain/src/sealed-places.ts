/** Where a sealed value belongs. It is authenticated with the value, so that rows cannot be swapped. */
export const sealedPlaces = {
  credential: (profileId: string) => `${profileId}|credential|`,
  signalKey: (profileId: string, type: string, name: string) => `${profileId}|${type}|${name}`,
  journal: (profileId: string, entryId: string) => `${profileId}|journal|${entryId}`,
  webhook: (endpointId: string) => `webhook|${endpointId}`,
  proxy: (profileId: string) => `profile-proxy:${profileId}`,
};
