import type { Account } from '../model/account.js';
import type { Delivery, Network } from '../model/network.js';
import { stanzaTime } from '../model/node.js';
import { SERVER_NODE } from '../model/server-node.js';

/** A device's change to the app state of its account. */
export interface AppStatePatch {
  device: number;
  collection: string;
  /** The version from which the device made it. */
  base: number;
  bytes: Uint8Array;
}

/** Keeps a patch and tells the account's other devices of it. False when it was made from another version than the newest. */
export async function takePatch(network: Network, account: Account, patch: AppStatePatch): Promise<boolean> {
  const { device, collection: name, base, bytes } = patch;
  const entry = account.appState.append(name, base, bytes);
  if (!entry) return false;
  const version = account.appState.version(name).toString();
  const collection = { tag: 'collection', attrs: { name, version } };
  const told = [...account.companions.values()].filter((other) => other.device !== device && other.bootstrapped);
  const deliveries = told.map((other): Delivery => {
    const attrs = { id: network.stanzaId(), type: 'server_sync', from: SERVER_NODE.jid, t: stanzaTime() };
    return { account, device: other.device, node: { tag: 'notification', attrs, content: [collection] } };
  });
  await network.commit([entry], deliveries);
  return true;
}
