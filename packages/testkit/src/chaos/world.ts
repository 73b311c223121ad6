import { EventLog } from '../event-log.js';
import { type ProductOptions, type ServiceName, startProduct } from '../product/start-product.js';
import { waitFor } from '../wait-for.js';
import { INSPECTABLE } from './heap.js';
import type { Wants, World } from './scenario.js';
import type { Chat, Member, Settings } from './settings.js';
import { sideBySide } from './side-by-side.js';
import { type SlowLink, startSlowLink } from './slow-link.js';
import { Sockets } from './sockets.js';

export interface WorldOptions {
  settings: Settings;
  wants?: Wants;
  product?: ProductOptions;
  say(line: string): void;
}

const LINK_AT_ONCE = 16;
const LINK_TIMEOUT_MS = 120_000;
const HELLO = 'hello';
const workerKind = 'engine-sandbox';

export function workerName(number: number): ServiceName {
  return number === 1 ? workerKind : `${workerKind}-${number}`;
}

/** Starts a product with its workers, links the profiles and lets each exchange a greeting with its people. Always call stop. */
export async function openWorld({ settings, wants, product: options, say }: WorldOptions): Promise<World> {
  const between: { link?: SlowLink } = {};
  const databaseVia = async (url: string) => {
    const through = new URL(url);
    between.link = await startSlowLink(Number(through.port));
    through.port = String(between.link.port);
    return through.href;
  };
  say('Starting PostgreSQL, NATS, the simulated network and the services');
  // Receivers of webhooks are on this machine.
  const env = {
    MULTIWA_ALLOW_PRIVATE_URLS: 'true',
    ...(wants?.inspector && { NODE_OPTIONS: INSPECTABLE }),
    ...options?.env,
  };
  const product = await startProduct({ ...options, env, ...(wants?.slowLink && { databaseVia }) });
  const workers = () =>
    product.services
      .names()
      .filter((name): name is ServiceName => isWorker(name) && product.services.pid(name) !== undefined);
  const world: World = {
    product,
    settings,
    members: [],
    chats: [],
    log: await EventLog.open(product.client),
    sockets: new Sockets(product.sandbox),
    database: between.link,
    say,
    workers,
    async addWorker() {
      const taken = new Set<string>(workers());
      let number = 1;
      while (taken.has(workerName(number))) number += 1;
      const name = workerName(number);
      await product.services.start(name, name === workerKind ? {} : namedConnections(world, name));
      return name;
    },
    async restoreWorkers() {
      for (const name of workers().slice(settings.workers)) await product.services.stop(name);
      while (workers().length < settings.workers) await this.addWorker();
    },
    async stop() {
      await world.log.close();
      await product.stop();
      await between.link?.close();
    },
  };
  try {
    await world.restoreWorkers();
    say(`Linking ${settings.profiles} profiles over ${settings.workers} workers`);
    const members = await linkAll(world);
    const chats = await befriendAll(world, members);
    return Object.assign(world, { members, chats });
  } catch (error) {
    say(
      product.services
        .names()
        .map((name) => `--- ${name}\n${product.logs(name)}`)
        .join('\n'),
    );
    await world.stop();
    throw error;
  }
}

function isWorker(name: string): boolean {
  return name === workerKind || name.startsWith(`${workerKind}-`);
}

/** PostgreSQL tells workers apart by the name of their connections, which is the service's. */
function namedConnections({ product, database }: World, name: ServiceName): Record<string, string> {
  const url = new URL(product.databaseUrl);
  if (database) url.port = String(database.port);
  url.searchParams.set('application_name', name);
  return { DATABASE_URL: url.href };
}

async function linkAll({ product, settings, log }: World): Promise<Member[]> {
  const { client, sandbox } = product;
  const phones = await sandbox.createPhones({ count: settings.profiles, prefix: '62811' });
  return sideBySide(phones, LINK_AT_ONCE, async ({ phone }) => {
    const { id: profileId } = await client.profiles.create({ name: phone, network: 'SANDBOX' });
    await client.profiles.connect(profileId);
    const { data } = await log.waitFor('profile.qr', (event) => event.profileId === profileId, LINK_TIMEOUT_MS);
    await sandbox.scan(phone, data.qr);
    const isOpen = (event: { profileId: string | null; data: { status: string } }) =>
      event.profileId === profileId && event.data.status === 'CONNECTED';
    await log.waitFor('profile.status', isOpen, LINK_TIMEOUT_MS);
    return { profileId, phone };
  });
}

/**
 * Each person writes first and is answered. Two strangers who write to each other at the same moment begin two Signal sessions;
 * what cannot be read then is asked for again and comes late, on WhatsApp as here, which is not what scenarios are about.
 */
async function befriendAll({ product, settings }: World, members: readonly Member[]): Promise<Chat[]> {
  const { client, sandbox } = product;
  const people = await sandbox.createPhones({ count: members.length * settings.contacts, prefix: '62817' });
  return sideBySide(people, LINK_AT_ONCE, async ({ phone: contact }, index) => {
    const member = members[index % members.length];
    if (!member) throw new Error('there is no profile to write with');
    const { profileId, phone: own } = member;
    const { id } = await sandbox.send(contact, { to: own, text: HELLO });
    await waitFor(async () => (await sandbox.sentMessage(contact, id)).status === 'delivered', {
      what: `the first text to ${own}`,
      timeoutMs: LINK_TIMEOUT_MS,
      everyMs: 200,
    });
    await client.messages.send(profileId, { type: 'TEXT', to: contact, text: HELLO });
    await sandbox.waitForMessage(contact, ({ text }) => text === HELLO, LINK_TIMEOUT_MS);
    return { profileId, own, contact };
  });
}
