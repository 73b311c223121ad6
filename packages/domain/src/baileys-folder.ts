import { CodedError, type FieldError, type SessionKeyType, sessionKeyTypes } from '@multiwa/contracts';
import {
  type CheckedSession,
  checkCredential,
  checkKey,
  encodeCredential,
  ownerOf,
  type PortableKey,
  refuseDoubles,
  refuseFaults,
} from './portable-session.js';

// The folder that Baileys' useMultiFileAuthState keeps (7.0.0-rc14, Utils/use-multi-file-auth-state): `creds.json`, and for
// each key `<type>-<name>.json`, where a slash in the name became `__` and a colon `-`.

const CREDENTIALS = 'creds.json';
const EXTENSION = '.json';
/** The longest first: `sender-key-memory-…` is no `sender-key`. */
const typesByLength = [...sessionKeyTypes].sort((a, b) => b.length - a.length);

/**
 * Gives a file's name the key it stands for; undefined for a file that is none. The library's replacement loses what was
 * there before, so each type's names are restored by their own form.
 */
export function keyOfFileName(file: string): { type: SessionKeyType; name: string } | undefined {
  if (!file.endsWith(EXTENSION)) return undefined;
  const stem = file.slice(0, -EXTENSION.length);
  const type = typesByLength.find((each) => stem.startsWith(`${each}-`));
  if (!type) return undefined;
  const escaped = stem.slice(type.length + 1);
  return escaped === '' ? undefined : { type, name: restore[type]?.(escaped) ?? escaped };
}

const restore: { [T in SessionKeyType]?: (escaped: string) => string } = {
  // Base64 of the key's id; neither - nor _ belongs to that alphabet.
  'app-state-sync-key': (escaped) => escaped.replaceAll('__', '/'),
  // Group, member and device, joined by two colons; ids of old groups have a dash of their own.
  'sender-key': (escaped) => escaped.replace(/--([^-]+)--(\d+)$/, '::$1::$2'),
  // An address with a device: 62812:3@s.whatsapp.net. People's addresses have no dash; the index is called __index.
  tctoken: (escaped) => escaped.replace(/^(\d+)-(\d+@)/, '$1:$2'),
};

/**
 * Reads a whole folder, given by file name and parsed content. Strict: a file that is not understood may be the one without
 * which the session breaks.
 * @throws CodedError session_file_invalid, naming files, never what is in them
 */
export function readBaileysFolder(files: Readonly<Record<string, unknown>>): CheckedSession {
  const faults: FieldError[] = [];
  if (!Object.hasOwn(files, CREDENTIALS)) {
    throw new CodedError('session_file_invalid', {
      detail: `${CREDENTIALS} is missing: give all files of the folder.`,
      errors: [{ pointer: `#/files/${CREDENTIALS}`, code: 'required', message: 'is required' }],
    });
  }
  const credential = checkCredential(files[CREDENTIALS], `#/files/${CREDENTIALS}`, faults);
  const keys: PortableKey[] = [];
  for (const [file, json] of Object.entries(files)) {
    if (file === CREDENTIALS) continue;
    const pointer = `#/files/${file.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const key = keyOfFileName(file);
    if (!key) {
      faults.push({ pointer, code: 'unknown_file', message: 'is not a file of a Baileys multi-file folder' });
      continue;
    }
    const value = checkKey(key.type, json, pointer, faults);
    if (value) keys.push({ ...key, value });
  }
  refuseDoubles(keys, '#/files', faults);
  refuseFaults(faults);
  if (!credential) throw new CodedError('session_file_invalid');
  return { credential: encodeCredential(credential), keys, ...ownerOf(credential) };
}
