import type { Account } from '../model/account.js';
import type { NewChatCap, Restriction } from '../model/enforcement.js';
import type { Delivery, Network } from '../model/network.js';
import { cappingInfoOf } from '../model/new-chat-cap.js';
import { stanzaTime } from '../model/node.js';
import { timelockOf } from '../model/restriction.js';
import { SERVER_NODE } from '../model/server-node.js';

/** Bans an account: its open connections end with the code as stream error, and every log-in fails with it. */
export async function banAccount(network: Network, account: Account, code: number): Promise<void> {
  account.record.banCode = code;
  await network.commit([account.recordEntry()], []);
  for (const link of [...account.links.values()]) link.endWithStreamError({ code: code.toString() });
}

/** Lets a banned account log in again. */
export function unbanAccount(network: Network, account: Account): Promise<void> {
  account.record.banCode = undefined;
  return network.commit([account.recordEntry()], []);
}

/** Restricts an account, or with undefined lifts its restriction before its time, and tells its companions. */
export function restrictAccount(
  network: Network,
  account: Account,
  restriction: Restriction | undefined,
): Promise<void> {
  account.record.restriction = restriction;
  const data = { xwa2_notify_account_reachout_timelock: timelockOf(account) };
  const told = notifications(network, account, 'NotificationUserReachoutTimelockUpdate', data);
  return network.commit([account.recordEntry()], told);
}

/** Sets how many new chats an account may begin, with undefined as many as it likes, and tells its companions. */
export function capNewChats(network: Network, account: Account, cap: NewChatCap | undefined): Promise<void> {
  account.record.newChatCap = cap;
  const data = { xwa2_notify_new_chat_messages_capping_info_update: cappingInfoOf(account) };
  const told = notifications(network, account, 'MessageCappingInfoNotification', data);
  return network.commit([account.recordEntry()], told);
}

/** Says whether linking a companion to this account takes a passkey. */
export function requirePasskey(network: Network, account: Account, required: boolean): Promise<void> {
  account.record.passkeyRequired = required;
  return network.commit([account.recordEntry()], []);
}

function notifications(network: Network, account: Account, operation: string, data: object): Delivery[] {
  const content = [{ tag: 'update', attrs: { op_name: operation }, content: Buffer.from(JSON.stringify({ data })) }];
  return [...account.companions.keys()].map((device) => ({
    account,
    device,
    node: {
      tag: 'notification',
      attrs: { id: network.stanzaId(), type: 'mex', from: SERVER_NODE.jid, t: stanzaTime() },
      content,
    },
  }));
}
