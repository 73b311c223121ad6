import type { Bus } from '@multiwa/bus';
import { CodedError, subjects } from '@multiwa/contracts';
import type { Profile, ProfilesRepository } from '@multiwa/db';
import { openProxyUrl, proxyHostUrl, proxyLabel, sealProxyUrl } from '@multiwa/domain';
import { type Cipher, checkUrl, GuardedFetchError } from '@multiwa/runtime';
import type { Caller } from '../auth/authenticate.js';

export interface ProxiesDeps {
  profiles: Pick<ProfilesRepository, 'find' | 'setProxy'>;
  cipher: Cipher;
  /** The operator's choice: proxies may be at addresses that are not public. */
  allowPrivateUrls: boolean;
  bus: Pick<Bus, 'nudge' | 'askWorker'>;
}

/** The proxy through which a profile's session goes out. Its password is sealed, and shown to nobody. */
export function makeProxies({ profiles, cipher, allowPrivateUrls, bus }: ProxiesDeps) {
  async function find({ workspaceId }: Caller, id: string): Promise<Profile> {
    const profile = await profiles.find(workspaceId, id);
    if (!profile) throw new CodedError('profile_not_found');
    return profile;
  }

  function stored({ id, proxyKeyId: keyId, proxyCiphertext: ciphertext, proxyLabel: label }: Profile) {
    if (keyId === null || ciphertext === null || label === null) throw new CodedError('proxy_not_set');
    return { label, open: () => openProxyUrl(cipher, id, { keyId, ciphertext }) };
  }

  /** @throws CodedError `url_not_allowed`: a proxy reaches whatever its address reaches, so it is guarded like a webhook. */
  async function requireAllowed(url: string): Promise<void> {
    const hostUrl = proxyHostUrl(url);
    if (hostUrl === undefined) throw refused('A proxy is a host and a port, without a path or a query.');
    try {
      await checkUrl(hostUrl, { allowPrivate: allowPrivateUrls });
    } catch (error) {
      if (!(error instanceof GuardedFetchError)) throw error;
      throw refused(error.message);
    }
  }

  async function store({ workspaceId }: Caller, id: string, proxy: Parameters<typeof profiles.setProxy>[2]) {
    if (!(await profiles.setProxy(workspaceId, id, proxy))) throw new CodedError('profile_not_found');
    // The owner opens the session anew through what is wanted now.
    bus.nudge(subjects.nudge.profile(id));
  }

  return {
    async get(caller: Caller, id: string) {
      return { url: stored(await find(caller, id)).label };
    },

    async set(caller: Caller, id: string, { url }: { url: string }) {
      await find(caller, id);
      await requireAllowed(url);
      const label = proxyLabel(url);
      await store(caller, id, { ...sealProxyUrl(cipher, id, url), label });
      return { url: label };
    },

    /** Clearing what is not set changes nothing. */
    async clear(caller: Caller, id: string): Promise<void> {
      await store(caller, id, null);
    },

    /** Tries a proxy out from where the engines run: the given one before it is stored, or else the stored one. */
    async test(caller: Caller, id: string, { url }: { url?: string }) {
      const profile = await find(caller, id);
      if (url !== undefined) await requireAllowed(url);
      return bus.askWorker('proxy-test', profile.network, { proxyUrl: url ?? stored(profile).open() });
    },
  };
}
export type Proxies = ReturnType<typeof makeProxies>;

function refused(message: string): CodedError {
  return new CodedError('url_not_allowed', {
    detail: message,
    errors: [{ pointer: '#/url', code: 'url_not_allowed', message }],
  });
}
