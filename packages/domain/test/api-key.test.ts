import { expect, test } from 'vitest';
import { hashApiKey, isApiKey, newApiKey, sameHash, shownPrefix } from '../src/api-key.js';

test('a key has its form, and no two are alike', () => {
  const keys = Array.from({ length: 100 }, newApiKey);
  expect(new Set(keys).size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^mwa_[A-Za-z0-9_-]{43}$/);
});

test('only the form of a key passes for one', () => {
  const key = newApiKey();
  expect(isApiKey(key)).toBe(true);
  for (const text of ['', 'mwa_', key.slice(1), `${key}x`, key.slice(0, -1), `${key}\n`]) {
    expect(isApiKey(text)).toBe(false);
  }
});

test('the stored hash is SHA-256 of the whole key', () => {
  expect(hashApiKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('hashes are equal only when all of them is', () => {
  const hash = hashApiKey('abc');
  expect(sameHash(hash, hash)).toBe(true);
  expect(sameHash(hash, hashApiKey('abd'))).toBe(false);
  expect(sameHash(hash, hash.slice(2))).toBe(false);
});

test('the part that is shown says nothing of the rest', () => {
  const key = newApiKey();
  expect(shownPrefix(key)).toHaveLength(10);
  expect(key.startsWith(shownPrefix(key))).toBe(true);
});
