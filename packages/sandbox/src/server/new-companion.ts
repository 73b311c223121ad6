import { createHmac } from 'node:crypto';
import { Curve, proto, WA_ADV_ACCOUNT_SIG_PREFIX } from '@whiskeysockets/baileys';
import { SandboxError } from '../errors.js';
import type { Account, Companion, HistoryWish } from '../model/account.js';
import { stanzaTime } from '../model/node.js';
import { type BinaryNode, SERVER_NODE } from '../model/server-node.js';
import type { Candidate } from './candidate.js';

/** Device 99 means "hosted" to clients, and device ids are one byte on the wire. */
const HOSTED_DEVICE = 99;
const MAX_DEVICE = 255;

/** What becomes of a registering client on the account; it takes the account's next device id. Errors: companion_limit. */
export function newCompanion(account: Account, { noisePublic, registration }: Candidate): Companion {
  let device = account.record.nextDevice;
  if (device === HOSTED_DEVICE) device += 1;
  if (device > MAX_DEVICE) {
    throw new SandboxError('companion_limit', `${account.phone} has used up its ${MAX_DEVICE} device ids.`);
  }
  account.record.nextDevice = device + 1;
  const integer = (bytes: Uint8Array | null | undefined): number =>
    Number.parseInt(Buffer.from(bytes ?? []).toString('hex') || '0', 16);
  const props = proto.DeviceProps.decode(registration.deviceProps ?? new Uint8Array());
  return {
    device,
    keyIndex: device,
    noisePublic,
    identity: Buffer.from(registration.eIdent ?? []),
    registrationId: integer(registration.eRegid),
    signedPreKey: {
      keyId: integer(registration.eSkeyId),
      publicKey: Buffer.from(registration.eSkeyVal ?? []),
      signature: Buffer.from(registration.eSkeySig ?? []),
    },
    platform: props.os ?? '',
    history: historyWishOf(props),
    linkedAtMs: Date.now(),
    bootstrapped: false,
    uploadedPreKeys: false,
  };
}

function historyWishOf({ requireFullSync, historySyncConfig }: proto.IDeviceProps): HistoryWish {
  const { inlineInitialPayloadInE2EeMsg, recentSyncDaysLimit, fullSyncDaysLimit } = historySyncConfig ?? {};
  return {
    full: requireFullSync ?? false,
    inline: inlineInitialPayloadInE2EeMsg ?? false,
    ...(recentSyncDaysLimit ? { recentDays: recentSyncDaysLimit } : {}),
    ...(fullSyncDaysLimit ? { fullDays: fullSyncDaysLimit } : {}),
  };
}

/** The account signs who its new device is; the HMAC proves that it saw the QR code (or shared the typed code). */
export function signDevice(
  account: Account,
  companion: Companion,
  advSecret: Buffer,
): { details: Uint8Array; blob: Uint8Array } {
  const { identity } = account.record;
  const details = proto.ADVDeviceIdentity.encode({
    rawId: account.record.registrationId,
    timestamp: Math.floor(companion.linkedAtMs / 1000),
    keyIndex: companion.keyIndex,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish();
  const signed = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: identity.public,
    accountSignature: Curve.sign(
      identity.private,
      Buffer.concat([WA_ADV_ACCOUNT_SIG_PREFIX, details, companion.identity]),
    ),
  }).finish();
  const hmac = createHmac('sha256', advSecret).update(signed).digest();
  return { details, blob: proto.ADVSignedDeviceIdentityHMAC.encode({ details: signed, hmac }).finish() };
}

/** Tells the client who it is now. */
export function pairSuccess(id: string, account: Account, companion: Companion, blob: Uint8Array): BinaryNode {
  const { device } = companion;
  return {
    tag: 'iq',
    attrs: { from: SERVER_NODE.jid, type: 'set', id, t: stanzaTime() },
    content: [
      {
        tag: 'pair-success',
        attrs: {},
        content: [
          { tag: 'device-identity', attrs: {}, content: blob },
          // Without a name the client never says that it is available, and stays "inactive".
          { tag: 'biz', attrs: { name: account.record.name } },
          { tag: 'device', attrs: { jid: account.jid('pn', device), lid: account.jid('lid', device) } },
          { tag: 'platform', attrs: { name: 'android' } },
        ],
      },
    ],
  };
}
