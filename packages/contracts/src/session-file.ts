import { z } from 'zod';
import { networkSchema } from './profile-status.js';

// What a session consists of when it travels: as the client library keeps it (Baileys 7, Types/Auth), in JSON.

const base64 = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'must be base64');
const byte = z.number().int().min(0).max(255);
/**
 * Bytes in JSON, in each form that versions of the library have written: base64, a list of numbers (Node's own), or an
 * object with numbers for names. What comes out is the first, which the present version reads.
 */
const bytes = z
  .union([
    z.object({ type: z.literal('Buffer'), data: base64 }),
    z
      .object({ type: z.literal('Buffer'), data: z.array(byte) })
      .transform(({ data }) => bufferOf(Buffer.from(data).toString('base64'))),
    z
      .record(z.string().regex(/^\d+$/), byte)
      .transform((value) => bufferOf(Buffer.from(Object.values(value)).toString('base64'))),
  ])
  .describe('bytes');
/** What protobuf's classes write: plain base64. */
const protobufBytes = z.union([base64, bytes]);

function bufferOf(data: string) {
  return { type: 'Buffer' as const, data };
}

const ofLength = (min: number, max: number) =>
  bytes.refine(
    ({ data }) => {
      const { length } = Buffer.from(data, 'base64');
      return length >= min && length <= max;
    },
    min === max ? `must have ${min} bytes` : `must have ${min} to ${max} bytes`,
  );
/** Of Curve25519; some versions keep the type byte before a public key. */
const keyPair = z.looseObject({ public: ofLength(32, 33), private: ofLength(32, 32) });
const counter = z.number().int().min(0);

/** The account's own credentials, of a number that is linked. */
export const sessionCredentialSchema = z.looseObject({
  noiseKey: keyPair,
  signedIdentityKey: keyPair,
  signedPreKey: z.looseObject({ keyPair, signature: ofLength(64, 64), keyId: counter }),
  pairingEphemeralKeyPair: keyPair.optional(),
  registrationId: counter,
  advSecretKey: base64,
  nextPreKeyId: counter,
  firstUnuploadedPreKeyId: counter,
  me: z.looseObject({
    id: z.string().regex(/^\d+(:\d+)?@s\.whatsapp\.net$/, 'must be the address of a linked number'),
    lid: z
      .string()
      .regex(/^\d+(:\d+)?@lid$/, 'must be a LID')
      .optional(),
  }),
  account: z.looseObject({
    details: protobufBytes,
    accountSignatureKey: protobufBytes.optional(),
    accountSignature: protobufBytes,
    deviceSignature: protobufBytes,
  }),
});
export type SessionCredential = z.infer<typeof sessionCredentialSchema>;

/** Every type of key that the library keeps beside the credentials, and the JSON of its values. */
export const sessionKeySchemas = {
  'pre-key': keyPair,
  session: z.looseObject({ _sessions: z.record(z.string(), z.looseObject({})) }),
  'sender-key': z.union([
    bytes,
    // As versions before 7 kept it.
    z
      .array(z.looseObject({ senderKeyId: counter }))
      .transform((states) => bufferOf(Buffer.from(JSON.stringify(states)).toString('base64'))),
  ]),
  'sender-key-memory': z.record(z.string(), z.boolean()),
  'app-state-sync-key': z.looseObject({ keyData: protobufBytes }),
  'app-state-sync-version': z.looseObject({
    version: counter,
    hash: bytes,
    indexValueMap: z.record(z.string(), z.looseObject({ valueMac: bytes })),
  }),
  'lid-mapping': z.string().max(200),
  'device-list': z.array(z.string().max(200)),
  tctoken: z.looseObject({ token: bytes }),
  'identity-key': bytes,
} as const;
export type SessionKeyType = keyof typeof sessionKeySchemas;
export const sessionKeyTypes = Object.keys(sessionKeySchemas) as SessionKeyType[];

/** Types whose stored value is the bytes themselves, without JSON around them. */
export const rawSessionKeyTypes: ReadonlySet<string> = new Set<SessionKeyType>(['identity-key', 'sender-key']);

/** What is inside an exported file: values as they are stored, in base64. */
export const sessionPayloadSchema = z.strictObject({
  engine: z.literal('BAILEYS'),
  network: networkSchema,
  exportedAt: z.iso.datetime(),
  credential: z.base64(),
  keys: z.array(z.tuple([z.enum(sessionKeyTypes as [SessionKeyType]), z.string().min(1).max(500), z.base64()])),
});
export type SessionPayload = z.infer<typeof sessionPayloadSchema>;
