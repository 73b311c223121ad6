import type { PhoneView, SandboxClient } from '@multiwa/sandbox/client';
import type { MultiwaClient, Profile } from '@multiwa/sdk';
import { waitFor } from './wait-for.js';

/** A profile of the gateway and the virtual phone whose number it is linked to. */
export interface LinkedProfile {
  profile: Profile;
  phone: PhoneView;
}

const LINK_TIMEOUT_MS = 30_000;

/**
 * Creates a profile on the simulated network, lets a new virtual phone scan its QR code, and waits until it is connected. `prepare`
 * is done to both before that.
 */
export async function linkProfile(
  { client, sandbox }: { client: MultiwaClient; sandbox: SandboxClient },
  name: string,
  prepare: (made: LinkedProfile) => Promise<unknown> = async () => undefined,
): Promise<LinkedProfile> {
  const phone = await sandbox.createPhone({ name });
  const created = await client.profiles.create({ name, network: 'SANDBOX' });
  await prepare({ profile: created, phone });
  await client.profiles.connect(created.id);
  const qr = await waitFor(() => client.profiles.qr(created.id), {
    what: `a QR code of ${name}`,
    timeoutMs: LINK_TIMEOUT_MS,
  });
  await sandbox.scan(phone.phone, qr.text);
  const profile = await untilConnected(client, created.id);
  return { profile, phone };
}

/** Waits until the profile's session is open. */
export function untilConnected(
  client: MultiwaClient,
  profileId: string,
  timeoutMs = LINK_TIMEOUT_MS,
): Promise<Profile> {
  return waitFor(
    async () => {
      const profile = await client.profiles.get(profileId);
      return profile.status === 'CONNECTED' && profile;
    },
    { what: `profile ${profileId} to be connected`, timeoutMs },
  );
}
