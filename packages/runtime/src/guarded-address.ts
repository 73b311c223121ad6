import { promises as dns, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { GuardedFetchError } from './guarded-fetch-error.js';

/** All addresses of a name, in the order in which they are to be tried. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

const globalUnicastV6 = ipaddr.parseCIDR('2000::/3');

export const resolveByDns: Resolve = (hostname) => dns.lookup(hostname, { all: true });

/**
 * Whether an address belongs to the public internet: not private, loopback, link-local, carrier-grade NAT, multicast,
 * documentation, benchmarking or reserved (the IANA special-purpose registries), nor a v6 form that embeds a v4 address
 * behind a translator (NAT64, 6to4, Teredo). A v4-mapped v6 address counts as the v4 address that it reaches.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicastV6);
}

/** The address that a URL names without any resolving, or undefined where it has a name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(bare) ? bare : undefined;
}

/**
 * Resolves a name and checks every address. One that is not public refuses the name as a whole, since a name that
 * points both inside and outside has no honest use.
 * @throws GuardedFetchError `url_not_allowed`, or whatever the resolver throws
 */
export async function resolvePublic(hostname: string, resolve: Resolve): Promise<LookupAddress[]> {
  const addresses = await resolve(hostname);
  if (!addresses.every(({ address }) => isPublicAddress(address))) {
    throw new GuardedFetchError('url_not_allowed', 'The name leads to an address that is not public.');
  }
  return addresses;
}

/** For sockets: they connect to the very addresses that were checked, so that a second answer of the DNS changes nothing. */
export function guardedLookup(resolve: Resolve, allowPrivate: boolean): LookupFunction {
  return (hostname, { all }, callback) => {
    const resolving = allowPrivate ? resolve(hostname) : resolvePublic(hostname, resolve);
    resolving.then(
      (addresses) => {
        const [first] = addresses;
        if (!first) callback(new GuardedFetchError('connect_failed', 'The name has no address.'), '');
        else if (all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

/**
 * For clients that connect by themselves, such as those of proxies: the lookup to give them, which refuses names that lead to
 * addresses that are not public. A literal address is never looked up, so it is judged at once.
 * @throws GuardedFetchError `url_not_allowed`
 */
export function guardHost(
  hostname: string,
  { allowPrivate, resolve = resolveByDns }: { allowPrivate: boolean; resolve?: Resolve },
): LookupFunction {
  // The parser knows the many spellings of an IPv4 address in http URLs only.
  const plain = `http://${hostname}/`;
  if (!URL.canParse(plain)) throw new GuardedFetchError('url_not_allowed', 'This is no host.');
  const literal = literalAddress(new URL(plain));
  if (!allowPrivate && literal !== undefined && !isPublicAddress(literal)) {
    throw new GuardedFetchError('url_not_allowed', 'The address is not public.');
  }
  return guardedLookup(resolve, allowPrivate);
}
