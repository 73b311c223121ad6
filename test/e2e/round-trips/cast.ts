import type { PhoneView } from '../../../packages/sandbox/dist/client.js';
import type { Profile } from '../../../packages/sdk/dist/index.js';
import { EventLog, linkProfile, type Product, untilConnected, waitFor } from '../../../packages/testkit/dist/index.js';

/** Somebody who talks: a person with a phone, or a number of the gateway (whose phone talks as well where it is told to). */
export interface Talker {
  phone: PhoneView;
  profile?: Profile;
}
export type Ours = Talker & { profile: Profile };

export interface Cast {
  product: Product;
  log: EventLog;
  ada: Ours;
  /** Keeps what messages said before they were edited or deleted. */
  bob: Ours;
  /** Known by LID only; keeps earlier words too. */
  cem: Ours;
  friend: Talker;
  /** Known by LID only. */
  hidden: Talker;
  /** Of Ada, Bob and the friend. */
  group: string;
}

/** Three numbers of one gateway, two people with phones, and a group. */
export async function introduce(product: Product): Promise<Cast> {
  const { client, sandbox } = product;
  const log = await EventLog.open(client);
  const [ada, bob, cem, friend, hidden] = await Promise.all([
    linkProfile(product, 'Ada'),
    linkProfile(product, 'Bob'),
    linkProfile(product, 'Cem'),
    sandbox.createPhone({ name: 'Friend' }).then((phone) => ({ phone })),
    sandbox.createPhone({ name: 'Hidden' }).then((phone) => ({ phone })),
  ]);
  for (const { profile } of [bob, cem]) {
    await client.profiles.update(profile.id, { settings: { keepMessageHistory: true } });
  }
  for (const { phone } of [cem, hidden]) await sandbox.hidePhone(phone.phone);
  const { group } = await client.groups.create(ada.profile.id, {
    subject: 'Round trips',
    participants: [`+${friend.phone.phone}`, `${bob.phone.lid}@lid`],
  });
  await log.waitFor('group.joined', ({ profileId, data }) => profileId === bob.profile.id && data.chat === group.id);
  return { product, log, ada, bob, cem, friend, hidden, group: group.id };
}

/** Lets a number of the gateway go, or a phone be switched off; resolves when nothing reaches it any more. */
export async function goAway({ product: { client, sandbox } }: Cast, { phone, profile }: Talker): Promise<void> {
  if (!profile) return void (await sandbox.switchPhone(phone.phone, false));
  await client.profiles.disconnect(profile.id);
  await waitFor(async () => (await client.profiles.get(profile.id)).status === 'DISCONNECTED', {
    what: `${profile.name} to be away`,
  });
}

export async function comeBack({ product: { client, sandbox } }: Cast, { phone, profile }: Talker): Promise<void> {
  if (!profile) return void (await sandbox.switchPhone(phone.phone, true));
  await client.profiles.connect(profile.id);
  await untilConnected(client, profile.id);
}
