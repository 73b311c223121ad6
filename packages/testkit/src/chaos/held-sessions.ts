import { sessionHolders } from '../behind-the-api.js';
import type { ServiceName } from '../product/start-product.js';
import type { World } from './scenario.js';
import type { Member } from './settings.js';

/** The profiles whose sessions a worker holds at the moment. */
export async function heldBy({ product, members }: World, worker: ServiceName): Promise<Member[]> {
  const pid = product.services.pid(worker);
  const holders = await sessionHolders(product.databaseUrl);
  const held = new Set(
    holders.filter((holder) => holder.pid !== null && holder.pid === pid).map((each) => each.profileId),
  );
  return members.filter(({ profileId }) => held.has(profileId));
}

/** The worker that holds most sessions, and what it holds. */
export async function fullest(world: World): Promise<{ worker: ServiceName; held: Member[] }> {
  const all = await Promise.all(world.workers().map(async (worker) => ({ worker, held: await heldBy(world, worker) })));
  const [first] = all.sort((a, b) => b.held.length - a.held.length);
  if (!first || first.held.length === 0) throw new Error('no worker holds a session');
  return first;
}
