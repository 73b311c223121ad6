import { sealedPlaces } from './sealed-places.js';
import type { SecretBox } from './webhook-secrets.js';

/** Seals the proxy of a profile, with its password: it opens for no other profile. */
export function sealProxyUrl(box: SecretBox, profileId: string, url: string) {
  return box.seal(sealedPlaces.proxy(profileId), url);
}

/** The proxy of a profile, with its password. Throws what the box throws for a value it cannot open. */
export function openProxyUrl(
  box: SecretBox,
  profileId: string,
  sealed: { keyId: string; ciphertext: Uint8Array },
): string {
  return box.open(sealedPlaces.proxy(profileId), sealed);
}

/** What may be shown of a proxy: everything but its password. */
export function proxyLabel(url: string): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  return shown.href;
}

/**
 * The host that a proxy's URL leads to as a plain http URL, for whoever judges addresses: the parser knows the many
 * spellings of an IPv4 address in http URLs only. Undefined when it names no host, or carries more than a proxy has.
 */
export function proxyHostUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, port, pathname, search, hash } = new URL(url);
  if (hostname === '' || !['', '/'].includes(pathname) || search !== '' || hash !== '') return undefined;
  const plain = `http://${hostname}${port === '' ? '' : `:${port}`}/`;
  return URL.canParse(plain) ? plain : undefined;
}
