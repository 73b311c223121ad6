import { createCipher } from '@multiwa/runtime';
import { expect, test } from 'vitest';
import { makeMediaLinks, typeOf } from '../src/index.js';

test.each([
  ['image/jpeg', 'text/html', 'image/jpeg'],
  ['application/zip', 'application/vnd.shop-archive', 'application/vnd.shop-archive'],
  ['application/x-cfb', 'application/msword', 'application/msword'],
  ['application/zip', 'image/png', 'application/zip'],
  [undefined, 'text/csv; charset=utf-8', 'text/csv; charset=utf-8'],
  [undefined, 'application/json', 'application/json'],
  [undefined, 'image/jpeg', 'application/octet-stream'],
  [undefined, 'application/pdf', 'application/octet-stream'],
  [undefined, 'text/html\r\nset-cookie: a=b', 'application/octet-stream'],
  [undefined, undefined, 'application/octet-stream'],
])('bytes that say %s, declared as %s, are %s', (sniffed, declared, expected) => {
  expect(typeOf(sniffed, declared)).toBe(expected);
});

const [old, young] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];
const day = 86_400_000;
const noon = Date.UTC(2026, 10, 29, 12);
const linksAt = (now: number, keys = old) =>
  makeMediaLinks({ publicUrl: 'https://wa.test/', cipher: createCipher(keys), hours: 48, now: () => now });

function read(url: string) {
  const { searchParams } = new URL(url);
  return [Number(searchParams.get('expires')), searchParams.get('signature') ?? ''] as const;
}

test('a link opens its file until it expires, and no other file, time or signature', () => {
  const { url, expiresAt } = linksAt(noon).linkTo('cone');
  const [expires, signature] = read(url);
  expect(url).toMatch(/^https:\/\/wa\.test\/api\/v1\/media\/cone\/content\?/);
  expect(expiresAt.getTime()).toBeGreaterThanOrEqual(noon + 2 * day);
  expect(linksAt(expiresAt.getTime() - 1).opens('cone', expires, signature)).toBe(true);
  expect(linksAt(expiresAt.getTime()).opens('cone', expires, signature)).toBe(false);
  expect(linksAt(noon).opens('ctwo', expires, signature)).toBe(false);
  expect(linksAt(noon).opens('cone', expires + 1, signature)).toBe(false);
  for (const wrong of ['', signature.slice(0, -1), `${signature}x`, signature.replace('.', '')]) {
    expect(linksAt(noon).opens('cone', expires, wrong)).toBe(false);
  }
});

test('links of one day are the same', () => {
  expect(linksAt(noon).linkTo('cone').url).toBe(linksAt(noon + 3_600_000).linkTo('cone').url);
  expect(linksAt(noon).linkTo('cone').url).not.toBe(linksAt(noon + day).linkTo('cone').url);
});

test('links of the former encryption key open while it is known, and no longer', () => {
  const [expires, signature] = read(linksAt(noon, old).linkTo('cone').url);
  expect(linksAt(noon, `${young},${old}`).opens('cone', expires, signature)).toBe(true);
  expect(linksAt(noon, young).opens('cone', expires, signature)).toBe(false);
});
