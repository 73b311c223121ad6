import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  createCipher,
  EnvError,
  newEncryptionKey,
  openKeyring,
  readKeyFile,
  UnreadableError,
  writeKeyFile,
} from '../src/index.js';

let dir: string;
let file: string;
const problems = { warn: vi.fn() };
const [older, newer] = [newEncryptionKey(), newEncryptionKey()];
const text = ({ bytes }: { bytes: Buffer }) => bytes.toString('base64');
const open = () => openKeyring({ MULTIWA_ENCRYPTION_KEY_FILE: file }, problems);

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-keys-'));
  file = path.join(dir, 'encryption.key');
  writeFileSync(file, `${text(older)}\n`, { mode: 0o600 });
  problems.warn.mockClear();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a value under a key that came into the file meanwhile opens without being told', () => {
  const keyring = open();
  const before = keyring.seal('a', 'before');
  writeKeyFile(file, [newer, older]);
  expect(keyring.open('a', createCipher(text(newer)).seal('a', 'by another process'))).toBe('by another process');
  expect(keyring.open('a', before)).toBe('before');
  expect(keyring.keyIds()).toEqual([newer.id, older.id]);
});

test('after a nudge the key in front of the file seals, and a dropped one goes on opening what is in hand', () => {
  const keyring = open();
  const inHand = keyring.seal('a', 'in hand');
  expect(inHand.keyId).toBe(older.id);
  writeKeyFile(file, [newer]);
  keyring.reload();
  expect(keyring.seal('a', 'b').keyId).toBe(newer.id);
  expect(keyring.keyIds()).toEqual([newer.id]);
  expect(keyring.open('a', inHand)).toBe('in hand');
  expect(() => open().open('a', inHand)).toThrow(UnreadableError);
});

test('nobody seals under the old key who has not looked at the file for a second', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const keyring = open();
    expect(keyring.seal('a', 'b').keyId).toBe(older.id);
    writeKeyFile(file, [newer, older]);
    vi.advanceTimersByTime(1_001);
    expect(keyring.seal('a', 'b').keyId).toBe(newer.id);
  } finally {
    vi.useRealTimers();
  }
});

test('a file that is gone or half written stops nothing', () => {
  const keyring = open();
  writeFileSync(file, 'c2hvcnQ=');
  keyring.reload();
  rmSync(file);
  keyring.reload();
  expect(problems.warn).toHaveBeenCalledTimes(2);
  expect(keyring.seal('a', 'b').keyId).toBe(older.id);
});

test('a key file keeps its mode, and holds exactly the keys that were written', () => {
  writeKeyFile(file, [newer, older]);
  expect(readKeyFile(file).map(({ id }) => id)).toEqual([newer.id, older.id]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('the environment names the keys in exactly one way, and a mistake is told without the key', () => {
  const key = text(older);
  expect(openKeyring({ MULTIWA_ENCRYPTION_KEY: `${text(newer)},${key}` }, problems).keyIds()).toHaveLength(2);
  expect(() => openKeyring({}, problems)).toThrow(EnvError);
  const both = { MULTIWA_ENCRYPTION_KEY: key, MULTIWA_ENCRYPTION_KEY_FILE: file };
  expect(() => openKeyring(both, problems)).toThrow('only one of them');
  expect(() => openKeyring({ MULTIWA_ENCRYPTION_KEY: 'c2hvcnQ=' }, problems)).toThrow(/^((?!c2hvcnQ).)*$/);
  expect(() => openKeyring({ MULTIWA_ENCRYPTION_KEY_FILE: path.join(dir, 'none') }, problems)).toThrow(EnvError);
});
