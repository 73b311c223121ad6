import type { Bus } from '@multiwa/bus';
import {
  CodedError,
  type createWebhookSchema,
  eventOf,
  type replayWebhookSchema,
  type rotateSecretSchema,
  subjects,
  type updateWebhookSchema,
} from '@multiwa/contracts';
import type { DeliveryFilter, EndpointChange, ReplayAsked, WebhookEndpoint, WebhooksRepository } from '@multiwa/db';
import {
  isWebhookSecret,
  newId,
  newWebhookSecret,
  openWebhookSecrets,
  sealWebhookSecrets,
  type WebhookSecrets,
} from '@multiwa/domain';
import { type Cipher, checkUrl, GuardedFetchError } from '@multiwa/runtime';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { viewDelivery, viewDeliveryDetail, viewWebhook } from '../views/webhooks.js';
import type { KnownProfiles } from './known-profile.js';
import { type PageQuery, readPage } from './page.js';

export interface WebhooksDeps {
  webhooks: WebhooksRepository;
  askReplay(replay: { workspaceId: string; endpointId: string; since: Date }): Promise<ReplayAsked>;
  knownProfiles: KnownProfiles;
  cipher: Cipher;
  /** The operator's choice: endpoints may be at addresses that are not public. */
  allowPrivateUrls: boolean;
  bus: Pick<Bus, 'nudge'>;
  now(): Date;
}

/** How often a change is tried again that met another change of the same endpoint. */
const changeAttempts = 5;

export function makeWebhooks(deps: WebhooksDeps) {
  const { webhooks, askReplay, knownProfiles, cipher, allowPrivateUrls, bus, now } = deps;
  const newSecret = (endpointId: string) => sealWebhookSecrets(cipher, endpointId, { secrets: [newWebhookSecret()] });

  /** Endpoints that stand for a profile's webhookUrl may not have come into being yet when they are asked for. */
  const find = async (workspaceId: string, id: string): Promise<WebhookEndpoint> => {
    const endpoint = await webhooks.find(workspaceId, id);
    if (endpoint) return endpoint;
    await webhooks.reconcile(workspaceId, newSecret);
    return found(await webhooks.find(workspaceId, id));
  };

  const open = ({ id, secretKeyId: keyId, secretCipher: ciphertext }: WebhookEndpoint) =>
    openWebhookSecrets(cipher, id, { keyId, ciphertext });

  const seal = (id: string, sealed: WebhookSecrets) => {
    const { keyId: secretKeyId, ciphertext } = sealWebhookSecrets(cipher, id, sealed);
    return { secretKeyId, secretCipher: Uint8Array.from(ciphertext) };
  };

  /** Changes what is sealed of an endpoint, from what is sealed: so two changes at a time are made one after the other. */
  const changeSealed = async (
    { workspaceId }: Caller,
    id: string,
    change: (endpoint: WebhookEndpoint) => EndpointChange,
  ): Promise<WebhookEndpoint> => {
    for (let attempt = 0; attempt < changeAttempts; attempt += 1) {
      const endpoint = await find(workspaceId, id);
      const sealedAs = Uint8Array.from(endpoint.secretCipher);
      const changed = await webhooks.update(workspaceId, id, change(endpoint), sealedAs);
      if (changed) return changed;
    }
    throw new CodedError('state_conflict', { detail: 'The webhook endpoint is being changed by somebody else.' });
  };

  const requireAllowed = async (url: string): Promise<void> => {
    try {
      await checkUrl(url, { allowPrivate: allowPrivateUrls });
    } catch (error) {
      if (!(error instanceof GuardedFetchError)) throw error;
      const errors = [{ pointer: '#/url', code: 'url_not_allowed', message: error.message }];
      throw new CodedError('url_not_allowed', { detail: error.message, errors });
    }
  };

  const view = (endpoint: WebhookEndpoint) => viewWebhook(endpoint, now());

  return {
    async create({ workspaceId }: Caller, input: z.output<typeof createWebhookSchema>, id = newId()) {
      const { url, profileId = null, eventTypes, enabled, secret = newWebhookSecret() } = input;
      requireSecret(secret);
      if (profileId !== null) await knownProfiles.require({ workspaceId, profileId });
      await requireAllowed(url);
      const { headers, maxConcurrency, ordered } = input;
      const how = { headerNames: Object.keys(headers), maxConcurrency, ordered };
      const filter = { profileId, url, eventTypes: [...new Set(eventTypes)], enabled };
      const sealed = seal(id, { secrets: [secret], headers });
      const endpoint = found(await webhooks.create({ id, workspaceId, ...filter, ...how, ...sealed }));
      return { ...view(endpoint), secret: newest(open(endpoint)) };
    },

    async list({ workspaceId }: Caller, query: PageQuery) {
      await webhooks.reconcile(workspaceId, newSecret);
      return readPage('webhooks', query, (page) => webhooks.list(workspaceId, page), view);
    },

    async get({ workspaceId }: Caller, id: string) {
      return view(await find(workspaceId, id));
    },

    async secret({ workspaceId }: Caller, id: string) {
      return { secret: newest(open(await find(workspaceId, id))) };
    },

    /** A new secret; the one before it signs too for a while, so that no receiver misses a delivery meanwhile. */
    async rotateSecret(caller: Caller, id: string, input: z.output<typeof rotateSecretSchema>) {
      const { secret = newWebhookSecret(), keepPreviousForSeconds } = input;
      requireSecret(secret);
      const keepMs = keepPreviousForSeconds * 1_000;
      const changed = await changeSealed(caller, id, (endpoint) => {
        const { secrets, headers } = open(endpoint);
        const kept = keepMs > 0 ? secrets.slice(0, 1) : [];
        const previousSecretUntil = keepMs > 0 ? new Date(now().getTime() + keepMs) : null;
        return { ...seal(id, { secrets: [secret, ...kept], headers }), previousSecretUntil };
      });
      return { secret, previousSecretUntil: view(changed).previousSecretUntil };
    },

    /** Everything since a time that the endpoint's filter takes, again: what it had with the same id and body. */
    async replay({ workspaceId }: Caller, id: string, { since }: z.output<typeof replayWebhookSchema>) {
      requireEnabled(await find(workspaceId, id));
      const { events, oldestKept } = await askReplay({ workspaceId, endpointId: id, since: new Date(since) });
      bus.nudge(subjects.nudge.webhooks);
      return { events, oldestKept: oldestKept?.toISOString() ?? null };
    },

    async update(caller: Caller, id: string, change: z.output<typeof updateWebhookSchema>) {
      const { workspaceId } = caller;
      const { fromProfile } = await find(workspaceId, id);
      const { url, enabled, eventTypes, headers, maxConcurrency, ordered } = change;
      if (fromProfile && url !== undefined) throw belongsToProfile();
      if (url !== undefined) await requireAllowed(url);
      const plain: EndpointChange = {
        url,
        enabled,
        eventTypes: eventTypes && [...new Set(eventTypes)],
        maxConcurrency,
        ordered,
        ...(enabled ? { disabledReason: null, failingSince: null } : {}),
      };
      const changed = headers
        ? await changeSealed(caller, id, (endpoint) => ({
            ...plain,
            ...seal(id, { secrets: open(endpoint).secrets, headers }),
            headerNames: Object.keys(headers),
          }))
        : found(await webhooks.update(workspaceId, id, plain));
      if (enabled) await webhooks.hurry(id);
      bus.nudge(subjects.nudge.webhooks);
      return view(changed);
    },

    async delete({ workspaceId }: Caller, id: string): Promise<void> {
      const { fromProfile } = await find(workspaceId, id);
      if (fromProfile) throw belongsToProfile();
      await webhooks.delete(workspaceId, id);
    },

    /** An event for this endpoint alone, which it gets whatever its filter. */
    async test({ workspaceId }: Caller, endpointId: string, eventId = newId()) {
      const endpoint = await find(workspaceId, endpointId);
      requireEnabled(endpoint);
      const { profileId } = endpoint;
      await webhooks.record(eventOf('webhook.test', { id: eventId, workspaceId, profileId, data: { endpointId } }));
      bus.nudge(subjects.nudge.outbox);
      return { eventId };
    },

    async listDeliveries(
      { workspaceId }: Caller,
      endpointId: string,
      { limit, cursor, ...filter }: PageQuery & DeliveryFilter,
    ) {
      await find(workspaceId, endpointId);
      const read = (page: Parameters<WebhooksRepository['listDeliveries']>[1]) =>
        webhooks.listDeliveries({ workspaceId, endpointId }, { ...page, ...filter });
      return readPage('deliveries', { limit, cursor }, read, viewDelivery);
    },

    async getDelivery({ workspaceId }: Caller, endpointId: string, id: string) {
      return viewDeliveryDetail(foundDelivery(await webhooks.findDelivery({ workspaceId, endpointId }, id)));
    },

    /** Makes a delivery due now, also one that was delivered or has failed for good. */
    async resend({ workspaceId }: Caller, endpointId: string, id: string) {
      requireEnabled(await find(workspaceId, endpointId));
      const scope = { workspaceId, endpointId };
      foundDelivery(await webhooks.findDelivery(scope, id));
      if (!(await webhooks.resend(scope, id))) {
        throw new CodedError('state_conflict', { detail: 'The delivery was cancelled and cannot be sent again.' });
      }
      bus.nudge(subjects.nudge.webhooks);
      return viewDelivery(foundDelivery(await webhooks.findDelivery(scope, id)));
    },
  };
}
export type Webhooks = ReturnType<typeof makeWebhooks>;

function found(endpoint: WebhookEndpoint | null): WebhookEndpoint {
  if (!endpoint) throw new CodedError('webhook_not_found');
  return endpoint;
}

function newest({ secrets }: WebhookSecrets): string {
  return secrets[0] ?? '';
}

function requireSecret(secret: string): void {
  if (isWebhookSecret(secret)) return;
  const message = 'must be whsec_ followed by 24 to 64 bytes in base64';
  throw new CodedError('secret_invalid', { errors: [{ pointer: '#/secret', code: 'secret_invalid', message }] });
}

function foundDelivery<T>(delivery: T | null): T {
  if (!delivery) throw new CodedError('delivery_not_found');
  return delivery;
}

function requireEnabled({ enabled }: WebhookEndpoint): void {
  if (!enabled)
    throw new CodedError('state_conflict', { detail: 'The webhook endpoint is disabled: enable it first.' });
}

function belongsToProfile(): CodedError {
  const detail = 'This endpoint is the webhookUrl of its profile: change or remove it there.';
  return new CodedError('state_conflict', { detail });
}
