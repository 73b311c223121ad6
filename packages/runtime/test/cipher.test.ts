import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createCipher, UnreadableError } from '../src/index.js';

const newKey = () => randomBytes(32).toString('base64');

test('what was sealed opens at its place, under its key, also after the key was rotated', () => {
  const [older, newer] = [newKey(), newKey()];
  const sealed = createCipher(older).seal('webhook:1', 'whsec_secret');
  expect(Buffer.from(sealed.ciphertext).includes('whsec_secret')).toBe(false);
  expect(createCipher(`${newer},${older}`).open('webhook:1', sealed)).toBe('whsec_secret');
  expect(createCipher(newer).seal('a', 'b').keyId).not.toBe(sealed.keyId);
});

test('bytes that are no text come back as they were, and so does nothing at all', () => {
  const cipher = createCipher(newKey());
  for (const bytes of [Buffer.from([0xff, 0xfe, 0x00, 0xc3]), Buffer.alloc(0), randomBytes(70_000)]) {
    expect(cipher.openBytes('a', cipher.seal('a', bytes)).equals(bytes)).toBe(true);
  }
  expect(cipher.open('a', cipher.seal('a', Buffer.from('\u00e9')))).toBe('\u00e9');
  expect(() => cipher.openBytes('b', cipher.seal('a', Buffer.from('x')))).toThrow(UnreadableError);
});

test('it opens nowhere else, under no other key, and not when changed', () => {
  const key = newKey();
  const cipher = createCipher(key);
  const sealed = cipher.seal('webhook:1', 'secret');
  const damaged = Uint8Array.from(sealed.ciphertext, (byte, index) => (index === 30 ? byte ^ 1 : byte));
  expect(() => cipher.open('webhook:2', sealed)).toThrow(UnreadableError);
  expect(() => createCipher(newKey()).open('webhook:1', sealed)).toThrow(UnreadableError);
  expect(() => cipher.open('webhook:1', { ...sealed, ciphertext: damaged })).toThrow(UnreadableError);
  expect(() => cipher.open('webhook:1', { ...sealed, ciphertext: new Uint8Array(5) })).toThrow(UnreadableError);
});

test('a key of the wrong length is refused', () => {
  expect(() => createCipher(randomBytes(16).toString('base64'))).toThrow(TypeError);
});
