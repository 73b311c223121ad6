import type { Account, Companion } from '../model/account.js';
import type { Delivery, Network } from '../model/network.js';
import { stanzaTime } from '../model/node.js';
import type { BinaryNode } from '../model/server-node.js';

/** Registers a paired companion; resolves when it is durable and those who know the account were told. */
export async function addCompanion(network: Network, account: Account, companion: Companion): Promise<void> {
  account.companions.set(companion.device, companion);
  await network.commit(
    [account.recordEntry(), account.companionEntry(companion)],
    deviceNotifications(network, account, companion, 'add'),
  );
}

/** Takes a companion off its account and ends its connection with 401, as the real network does. */
export async function removeCompanion(network: Network, account: Account, device: number): Promise<void> {
  const companion = account.companions.get(device);
  if (!companion) return;
  const link = account.links.get(device);
  const entries = account.removeCompanion(device);
  link?.endWithStreamError({ code: '401' }, { tag: 'conflict', attrs: { type: 'device_removed' } });
  await network.commit(entries, deviceNotifications(network, account, companion, 'remove'));
}

/** Clients cache device lists by phone number and by LID: both forms of the device are named. */
function deviceNotifications(
  network: Network,
  account: Account,
  companion: Companion,
  change: 'add' | 'remove',
): Delivery[] {
  const attrs = { 'key-index': companion.keyIndex.toString() };
  const node = (): BinaryNode => ({
    tag: 'notification',
    attrs: {
      id: network.stanzaId(),
      type: 'devices',
      from: account.jid('pn'),
      lid: account.jid('lid'),
      t: stanzaTime(),
    },
    content: [
      {
        tag: change,
        attrs: { device_hash: '2:sandbox' },
        content: [
          { tag: 'device', attrs: { jid: account.jid('pn', companion.device), ...attrs } },
          { tag: 'device', attrs: { jid: account.jid('lid', companion.device), ...attrs } },
          { tag: 'key-index-list', attrs: { ts: stanzaTime() } },
        ],
      },
    ],
  });
  const told = [account, ...[...account.watchers].flatMap((phone) => network.directory.find(phone) ?? [])];
  return [...new Set(told)].flatMap((watcher) =>
    [...watcher.companions.keys()]
      .filter((device) => watcher !== account || device !== companion.device)
      .map((device) => ({ account: watcher, device, node: node() })),
  );
}
