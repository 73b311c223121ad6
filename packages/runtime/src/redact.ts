/** Names of fields that hold secrets or what people wrote, in lower case without "-" and "_". */
const secretNames: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'setcookie',
  'apikey',
  'xapikey',
  'key',
  'privatekey',
  'encryptionkey',
  'password',
  'secret',
  'token',
  'creds',
  'credentials',
  'qr',
  'pairingcode',
  'body',
  'content',
  'text',
  'payload',
]);
const MAX_DEPTH = 6;
const CENSOR = '[redacted]';
const MAX_NAMES = 5_000;
const known = new Map<string, boolean>();

/**
 * What may be logged of `fields`: the same object, or a copy in which the fields that hold secrets say "[redacted]".
 * Only plain objects and arrays are looked into; what lies deeper than six levels is left out.
 */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return walkObject(fields, 1);
}

function walk(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (depth > MAX_DEPTH) return CENSOR;
    const copy = value.map((item) => walk(item, depth + 1));
    return copy.every((item, index) => item === value[index]) ? value : copy;
  }
  if (!isPlain(value)) return value;
  return depth > MAX_DEPTH ? CENSOR : walkObject(value, depth);
}

function walkObject(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const shown = isSecret(name) && value !== null && value !== undefined ? CENSOR : walk(value, depth + 1);
    if (shown === value) continue;
    copy ??= { ...fields };
    copy[name] = shown;
  }
  return copy ?? fields;
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isSecret(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const secret = secretNames.has(name.toLowerCase().replace(/[-_]/g, ''));
  if (known.size < MAX_NAMES) known.set(name, secret);
  return secret;
}
