import {
  CodedError,
  type FieldError,
  type Network,
  rawSessionKeyTypes,
  type SessionCredential,
  type SessionKeyType,
  sessionCredentialSchema,
  sessionKeySchemas,
  sessionPayloadSchema,
} from '@multiwa/contracts';

export interface PortableKey {
  type: SessionKeyType;
  name: string;
  /** As it is stored, in the clear. */
  value: Uint8Array;
}

/** A session in the clear, as the engine stores it: what an export holds and an import brings. */
export interface PortableSession {
  credential: Uint8Array;
  keys: PortableKey[];
}

/** A session that was checked, and whose number it is. */
export interface CheckedSession extends PortableSession {
  phone: string | null;
  lid: string | null;
}

/** Faults named in one answer at most; a wrong folder has them by the thousand. */
const MAX_FAULTS = 20;

/** @throws CodedError session_file_invalid, when there is any fault */
export function refuseFaults(faults: readonly FieldError[]): void {
  if (faults.length > 0) throw new CodedError('session_file_invalid', { errors: faults.slice(0, MAX_FAULTS) });
}

/** Checks credentials that came as JSON. What is wrong is named by its path, never by its value. */
export function checkCredential(json: unknown, pointer: string, faults: FieldError[]): SessionCredential | undefined {
  const parsed = sessionCredentialSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) {
    const unlinked = path[0] === 'me' || path[0] === 'account';
    faults.push({
      pointer: [pointer, ...path.map(String)].join('/'),
      code: unlinked ? 'not_linked' : 'invalid',
      message: unlinked ? 'is missing or not that of a linked number: link it first' : message,
    });
  }
  return undefined;
}

/** Checks a key's value that came as JSON, and gives it as it is stored. */
export function checkKey(
  type: SessionKeyType,
  json: unknown,
  pointer: string,
  faults: FieldError[],
): Uint8Array | undefined {
  const parsed = sessionKeySchemas[type].safeParse(json);
  if (!parsed.success) {
    faults.push({ pointer, code: 'invalid', message: `is not a ${type} of Baileys` });
    return undefined;
  }
  const { data } = parsed;
  if (rawSessionKeyTypes.has(type)) return Buffer.from((data as { data: string }).data, 'base64');
  return Buffer.from(JSON.stringify(data));
}

export function encodeCredential(credential: SessionCredential): Uint8Array {
  return Buffer.from(JSON.stringify(credential));
}

/** Phone number and LID of the linked number. */
export function ownerOf({ me }: SessionCredential): { phone: string | null; lid: string | null } {
  return { phone: userOf(me.id), lid: me.lid === undefined ? null : userOf(me.lid) };
}

function userOf(jid: string): string {
  return jid.replace(/[:@].*$/, '');
}

/** The content of an exported file, before it is encrypted. */
export function packSession(session: PortableSession, { network, at }: { network: Network; at: Date }): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return JSON.stringify({
    engine: 'BAILEYS',
    network,
    exportedAt: at.toISOString(),
    credential: base64(session.credential),
    keys: session.keys.map(({ type, name, value }) => [type, name, base64(value)]),
  });
}

/**
 * Reads what `packSession` wrote, as strictly as a foreign folder: whoever knows a passphrase can make a file.
 * @throws CodedError session_file_invalid
 */
export function unpackSession(text: string): CheckedSession & { network: Network } {
  const parsed = sessionPayloadSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('/') ?? '';
    throw new CodedError('session_file_invalid', {
      detail: `The file holds something else than a session, at /${path}.`,
    });
  }
  const { network, credential: encoded, keys: entries } = parsed.data;
  const faults: FieldError[] = [];
  const bytes = Buffer.from(encoded, 'base64');
  const credential = checkCredential(parseJson(bytes.toString()), '#/file/credential', faults);
  const keys = entries.map(([type, name, base64], index): PortableKey => {
    const value = Buffer.from(base64, 'base64');
    const raw = rawSessionKeyTypes.has(type);
    if (!raw) checkKey(type, parseJson(value.toString()), `#/file/keys/${index}`, faults);
    return { type, name, value };
  });
  refuseDoubles(keys, '#/file/keys', faults);
  refuseFaults(faults);
  if (!credential) throw new CodedError('session_file_invalid');
  return { network, credential: bytes, keys, ...ownerOf(credential) };
}

/** Two values under one name: which of them is right cannot be known. */
export function refuseDoubles(keys: readonly PortableKey[], pointer: string, faults: FieldError[]): void {
  const seen = new Set<string>();
  for (const { type, name } of keys) {
    const id = `${type}|${name}`;
    if (seen.has(id)) faults.push({ pointer, code: 'double', message: `has ${type} twice under one name` });
    seen.add(id);
  }
}

/** JSON, or undefined: what the schema then says is enough, and a parser's complaint would quote the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
