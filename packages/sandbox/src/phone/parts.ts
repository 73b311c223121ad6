import type { Account } from '../model/account.js';
import { isGroupJid } from '../model/group.js';
import type { Network } from '../model/network.js';
import { isStatusJid } from '../model/status.js';
import type { PhoneSignal } from './phone-signal.js';
import type { Person, PhoneRecords } from './records.js';

/** What the parts of one phone work on. */
export interface PhoneParts {
  readonly network: Network;
  readonly account: Account;
  readonly records: PhoneRecords;
  readonly signal: PhoneSignal;
}

/** Whether what is sent there is encrypted once for all. */
export function isForMany(jid: string | undefined): jid is string {
  return isGroupJid(jid) || isStatusJid(jid);
}

/** An account as records name it. */
export function personOf({ phone, lid }: Account): Person {
  return { phone, lid };
}
