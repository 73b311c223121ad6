import type { proto } from '@whiskeysockets/baileys';
import type { Account } from '../model/account.js';
import type { BinaryNode } from '../model/node.js';
import { STATUS_JID } from '../model/status.js';
import { stanzaForAll } from './group-stanzas.js';
import type { GroupDevice } from './phone-sender-keys.js';
import type { PhoneSignal } from './phone-signal.js';

/**
 * A status for every device of its audience and for the phone's own companions. The key goes with each status to each of them:
 * the network learns from it whom the status is for.
 */
export function statusStanza(
  account: Account,
  signal: PhoneSignal,
  audience: readonly Account[],
  message: { id: string; message: proto.IMessage },
): Promise<BinaryNode> {
  const own = [...account.companions.keys()].map((device): GroupDevice => ({ account, device }));
  const others = audience
    .filter((one) => one !== account)
    .flatMap((one) => one.devices().map((device): GroupDevice => ({ account: one, device })));
  signal.keys.set({ 'sender-key-memory': { [STATUS_JID]: null } });
  return stanzaForAll(signal, STATUS_JID, [...others, ...own], message);
}
