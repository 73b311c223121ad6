import { expect, test } from 'vitest';
import { openProxyUrl, proxyHostUrl, proxyLabel, sealProxyUrl } from '../src/proxy-url.js';

test.each([
  ['socks5://user:secret@proxy.example.com:1080', 'socks5://user:***@proxy.example.com:1080'],
  ['http://user:p%40ss@10.0.0.1:3128', 'http://user:***@10.0.0.1:3128/'],
  ['https://:secret@proxy.example.com', 'https://:***@proxy.example.com/'],
  ['socks5h://proxy.example.com:1080', 'socks5h://proxy.example.com:1080'],
  ['http://user@proxy.example.com:8080', 'http://user@proxy.example.com:8080/'],
])('of %s everything but the password is shown: %s', (url, label) => {
  expect(proxyLabel(url)).toBe(label);
});

test.each([
  ['socks5://user:secret@proxy.example.com:1080', 'http://proxy.example.com:1080/'],
  ['socks5://2130706433:1080', 'http://2130706433:1080/'],
  ['socks5://[::1]:1080', 'http://[::1]:1080/'],
  ['https://proxy.example.com/', 'http://proxy.example.com/'],
  ['https://proxy.example.com/path', undefined],
  ['http://proxy.example.com/?a=1', undefined],
  ['http://proxy.example.com/#a', undefined],
  ['socks5:nohost', undefined],
  ['nonsense', undefined],
])('the host of %s is judged as %s', (url, plain) => {
  expect(proxyHostUrl(url)).toBe(plain);
});

test('a proxy sealed for one profile is opened for no other', () => {
  const places: string[] = [];
  const box = {
    seal: (place: string, plain: string) => ({ keyId: place, ciphertext: Buffer.from(plain) }),
    open: (place: string, { ciphertext }: { ciphertext: Uint8Array }) => {
      places.push(place);
      return Buffer.from(ciphertext).toString();
    },
  };
  const sealed = sealProxyUrl(box, 'p1', 'http://a:b@c:1');
  expect(openProxyUrl(box, 'p1', sealed)).toBe('http://a:b@c:1');
  expect(places).toEqual([sealed.keyId]);
  expect(sealProxyUrl(box, 'p2', '').keyId).not.toBe(sealed.keyId);
});
