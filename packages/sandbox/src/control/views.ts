import type { AutoReply, Companion } from '../model/account.js';
import type { NewChatCap, Restriction } from '../model/enforcement.js';
import type { Business } from '../model/face.js';
import type { Network } from '../model/network.js';
import { activeCap } from '../model/new-chat-cap.js';
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
  /** The cap of new chats in force. */
  newChatCap?: NewChatCap;
  passkeyRequired: boolean;
  /** What it sends under the LID does not tell the number. */
  phoneHidden: boolean;
  /** It takes nothing in and sends nothing. */
  switchedOff: boolean;
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

/** What others see of a person, what they may see, and whom the person has blocked. */
export interface FaceView {
  about: string | null;
  pictureBase64: string | null;
  business: Business | null;
  /** Settings by WhatsApp's names; what is missing is `all`. */
  privacy: Record<string, string>;
  /** LIDs. */
  blocked: string[];
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
  const { phone, lid, name, autoReply, createdAtMs, banCode } = account.record;
  const { passkeyRequired = false, phoneHidden = false, switchedOff = false } = account.record;
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
    newChatCap: activeCap(account),
    passkeyRequired,
    phoneHidden,
    switchedOff,
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

export function faceView(network: Network, { account }: VirtualPhone): FaceView {
  const { about, picture, business } = account.record.face ?? {};
  return {
    about: about?.text ?? null,
    pictureBase64: picture?.jpeg.toString('base64') ?? null,
    business: business ?? null,
    privacy: network.privacy.get(account.phone) ?? {},
    blocked: [...(network.blocked.get(account.phone) ?? [])].map((jid) => jid.slice(0, jid.indexOf('@'))),
  };
}
