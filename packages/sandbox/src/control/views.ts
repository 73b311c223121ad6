import type { AutoReply, Companion } from '../model/account.js';
import type { Restriction } from '../model/enforcement.js';
import { activeRestriction } from '../model/restriction.js';
import type { ReceivedMessage, SentMessage } from '../phone/records.js';
import type { VirtualPhone } from '../phone/virtual-phone.js';

/** A phone as the control API shows it. */
export interface PhoneView {
  phone: string;
  lid: string;
  name: string;
  autoReply: AutoReply;
  companions: number;
  received: number;
  sent: number;
  /** The failure code of each log-in, when the account is banned. */
  banCode?: number;
  /** The restriction in force. */
  restriction?: Restriction;
  passkeyRequired: boolean;
  createdAt: string;
}

/** A linked companion as the control API shows it. */
export interface CompanionView {
  device: number;
  jid: string;
  platform: string;
  linkedAt: string;
  online: boolean;
  /** Stanzas that wait for its receipt or ack. */
  queued: number;
}

export interface ReceivedPage {
  messages: ReceivedMessage[];
  /** `after` for the next question. */
  next: number;
}

export interface SentPage {
  messages: SentMessage[];
  next: number;
}

export function phoneView({ account, records }: VirtualPhone): PhoneView {
  const { phone, lid, name, autoReply, createdAtMs, banCode, passkeyRequired = false } = account.record;
  return {
    phone,
    lid,
    name,
    autoReply,
    companions: account.companions.size,
    received: records.received.length,
    sent: records.sent.length,
    banCode,
    restriction: activeRestriction(account),
    passkeyRequired,
    createdAt: new Date(createdAtMs).toISOString(),
  };
}

export function companionView({ account }: VirtualPhone, companion: Companion): CompanionView {
  return {
    device: companion.device,
    jid: account.jid('pn', companion.device),
    platform: companion.platform,
    linkedAt: new Date(companion.linkedAtMs).toISOString(),
    online: account.links.has(companion.device),
    queued: account.outbox(companion.device).size,
  };
}
