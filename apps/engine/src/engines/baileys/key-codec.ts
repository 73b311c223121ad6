import { type AuthenticationCreds, BufferJSON, proto, type SignalDataTypeMap } from '@whiskeysockets/baileys';

export type KeyType = keyof SignalDataTypeMap;
export type KeyValue = SignalDataTypeMap[KeyType];

/** Session records are plain JSON already; looking for buffers in them costs as much as the rest of the encoding. */
const plainJson = new Set<KeyType>(['session', 'lid-mapping', 'device-list', 'sender-key-memory']);
/** Bytes that need no JSON around them. */
const rawBytes = new Set<KeyType>(['identity-key', 'sender-key']);

export function encodeKey(type: KeyType, value: KeyValue): Uint8Array {
  if (rawBytes.has(type) && value instanceof Uint8Array) return value;
  return Buffer.from(JSON.stringify(value, plainJson.has(type) ? undefined : BufferJSON.replacer));
}

export function decodeKey(type: KeyType, bytes: Buffer): KeyValue {
  if (rawBytes.has(type)) return bytes;
  const value = JSON.parse(bytes.toString(), plainJson.has(type) ? undefined : BufferJSON.reviver);
  return type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value) : value;
}

/** The library changes what it reads of these in place, before it has decided to store it. */
export function forReading(type: KeyType, value: KeyValue): KeyValue {
  if (type === 'device-list' && Array.isArray(value)) return [...value];
  if (type === 'sender-key-memory' && typeof value === 'object') return { ...value };
  return value;
}

export function encodeCredentials(creds: AuthenticationCreds): Uint8Array {
  return Buffer.from(JSON.stringify(creds, BufferJSON.replacer));
}

export function decodeCredentials(bytes: Buffer): AuthenticationCreds {
  return JSON.parse(bytes.toString(), BufferJSON.reviver);
}
