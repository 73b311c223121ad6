import type { Bus } from '@multiwa/bus';
import { CodedError, type createWebhookSchema, eventOf, subjects, type updateWebhookSchema } from '@multiwa/contracts';
import type { DeliveryFilter, WebhookEndpoint, WebhooksRepository } from '@multiwa/db';
import { isWebhookSecret, newId, newWebhookSecret, openWebhookSecrets, sealWebhookSecrets } from '@multiwa/domain';
import { type Cipher, checkUrl, GuardedFetchError } from '@multiwa/runtime';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { viewDelivery, viewDeliveryDetail, viewWebhook } from '../views/webhooks.js';
import type { KnownProfiles } from './known-profile.js';
import { type PageQuery, readPage } from './page.js';

export interface WebhooksDeps {
  webhooks: WebhooksRepository;
  knownProfiles: KnownProfiles;
  cipher: Cipher;
  /** The operator's choice: endpoints may be at addresses that are not public. */
  allowPrivateUrls: boolean;
  bus: Pick<Bus, 'nudge'>;
}

export function makeWebhooks({ webhooks, knownProfiles, cipher, allowPrivateUrls, bus }: WebhooksDeps) {
  const newSecret = (endpointId: string) => sealWebhookSecrets(cipher, endpointId, [newWebhookSecret()]);

  /** Endpoints that stand for a profile's webhookUrl may not have come into being yet when they are asked for. */
  const find = async (workspaceId: string, id: string): Promise<WebhookEndpoint> => {
    const endpoint = await webhooks.find(workspaceId, id);
    if (endpoint) return endpoint;
    await webhooks.reconcile(workspaceId, newSecret);
    return found(await webhooks.find(workspaceId, id));
  };

  const secretOf = ({ id, secretKeyId: keyId, secretCipher: ciphertext }: WebhookEndpoint): string => {
    const [newest = ''] = openWebhookSecrets(cipher, id, { keyId, ciphertext });
    return newest;
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

  return {
    async create({ workspaceId }: Caller, input: z.output<typeof createWebhookSchema>, id = newId()) {
      const { url, profileId = null, eventTypes, enabled, secret = newWebhookSecret() } = input;
      if (!isWebhookSecret(secret)) {
        const message = 'must be whsec_ followed by 24 to 64 bytes in base64';
        throw new CodedError('secret_invalid', { errors: [{ pointer: '#/secret', code: 'secret_invalid', message }] });
      }
      if (profileId !== null) await knownProfiles.require({ workspaceId, profileId });
      await requireAllowed(url);
      const { keyId: secretKeyId, ciphertext } = sealWebhookSecrets(cipher, id, [secret]);
      const secretCipher = Uint8Array.from(ciphertext);
      const filter = { profileId, url, eventTypes: [...new Set(eventTypes)], enabled };
      const endpoint = found(await webhooks.create({ id, workspaceId, ...filter, secretKeyId, secretCipher }));
      return { ...viewWebhook(endpoint), secret: secretOf(endpoint) };
    },

    async list({ workspaceId }: Caller, query: PageQuery) {
      await webhooks.reconcile(workspaceId, newSecret);
      return readPage('webhooks', query, (page) => webhooks.list(workspaceId, page), viewWebhook);
    },

    async get({ workspaceId }: Caller, id: string) {
      return viewWebhook(await find(workspaceId, id));
    },

    async secret({ workspaceId }: Caller, id: string) {
      return { secret: secretOf(await find(workspaceId, id)) };
    },

    async update({ workspaceId }: Caller, id: string, change: z.output<typeof updateWebhookSchema>) {
      const { fromProfile } = await find(workspaceId, id);
      const { url, enabled, eventTypes } = change;
      if (fromProfile && url !== undefined) throw belongsToProfile();
      if (url !== undefined) await requireAllowed(url);
      const reason = enabled ? { disabledReason: null } : {};
      const types = eventTypes && [...new Set(eventTypes)];
      const changed = found(await webhooks.update(workspaceId, id, { url, enabled, eventTypes: types, ...reason }));
      bus.nudge(subjects.nudge.webhooks);
      return viewWebhook(changed);
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
