import type { ChangeOwnProfile, OwnProfile } from '@multiwa/contracts';
import { channelCalls } from './channels.js';
import { type EventQuery, openEvents } from './event-stream.js';
import { groupCalls } from './groups.js';
import { conversationCalls, mediaCalls, messageCalls } from './messages.js';
import { contactCalls, optOutCalls } from './people.js';
import { type ClientOptions, makeRequest } from './request.js';
import { statusCalls } from './status.js';
import type {
  Account,
  ApiKey,
  Automation,
  AutomationRun,
  AutomationRunWithSteps,
  Broadcast,
  BroadcastRecipient,
  Call,
  Capabilities,
  CreateAccount,
  CreateApiKey,
  CreateAutomation,
  CreateBroadcast,
  CreatedApiKey,
  CreatedWebhook,
  CreateProfile,
  CreateSubscriber,
  CreateWebhook,
  EngineWorker,
  EventPage,
  ExportSession,
  ImportedSession,
  ImportSession,
  ListDeliveries,
  ListRecipients,
  ListRuns,
  Page,
  PageQuery,
  PairingCode,
  PresenceSubscription,
  Profile,
  ProfileHistory,
  ProfileProxy,
  ProxyTest,
  QrCode,
  RotatedWebhookSecret,
  RotateWebhookSecret,
  Session,
  SetPresence,
  Subscriber,
  SubscriberCredentials,
  UpdateAccount,
  UpdateAutomation,
  UpdateBroadcast,
  UpdateProfile,
  UpdateWebhook,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryDetail,
  WebhookReplay,
} from './types.js';

export type MultiwaClient = ReturnType<typeof createClient>;

/**
 * A typed client of a MultiWA gateway. Every method rejects with MultiwaError when the gateway refuses (see its `code`) and
 * with MultiwaConnectionError when it cannot be reached for `retryForMs`.
 */
export function createClient(options: ClientOptions) {
  const request = makeRequest(options);
  const account = (id: string) => `/accounts/${encodeURIComponent(id)}`;
  const profile = (id: string) => `/profiles/${encodeURIComponent(id)}`;
  const call = (profileId: string, id: string) => `${profile(profileId)}/calls/${encodeURIComponent(id)}`;

  const webhook = (id: string) => `/webhooks/${encodeURIComponent(id)}`;
  const delivery = (id: string, deliveryId: string) => `${webhook(id)}/deliveries/${encodeURIComponent(deliveryId)}`;
  const subscriber = (id: string) => `/subscribers/${encodeURIComponent(id)}`;
  const broadcast = (id: string) => `/broadcasts/${encodeURIComponent(id)}`;
  const automation = (id: string) => `/automations/${encodeURIComponent(id)}`;
  const drain = (workerId: string) => `/engine/workers/${encodeURIComponent(workerId)}/drain`;
  const run = (id: string, runId: string) => `${automation(id)}/runs/${encodeURIComponent(runId)}`;

  return {
    apiKeys: {
      /** The answer is the only one that holds the key itself. */
      create: (body: CreateApiKey) => request<CreatedApiKey>('POST', '/api-keys', { body }),
      list: (query: PageQuery = {}) => request<Page<ApiKey>>('GET', '/api-keys', { query }),
      revoke: (id: string) => request<ApiKey>('DELETE', `/api-keys/${encodeURIComponent(id)}`),
    },
    accounts: {
      create: (body: CreateAccount) => request<Account>('POST', '/accounts', { body }),
      list: (query: PageQuery = {}) => request<Page<Account>>('GET', '/accounts', { query }),
      get: (id: string) => request<Account>('GET', account(id)),
      update: (id: string, body: UpdateAccount) => request<Account>('PATCH', account(id), { body }),
      delete: (id: string) => request<void>('DELETE', account(id)),
    },
    profiles: {
      create: (body: CreateProfile) => request<Profile>('POST', '/profiles', { body }),
      list: (query: PageQuery = {}) => request<Page<Profile>>('GET', '/profiles', { query }),
      get: (id: string) => request<Profile>('GET', profile(id)),
      update: (id: string, body: UpdateProfile) => request<Profile>('PATCH', profile(id), { body }),
      delete: (id: string) => request<void>('DELETE', profile(id)),
      /** What its engine can do, and what to use instead of what it cannot. */
      capabilities: (id: string) => request<Capabilities>('GET', `${profile(id)}/capabilities`),
      connect: (id: string) => request<Profile>('POST', `${profile(id)}/connect`),
      disconnect: (id: string) => request<Profile>('POST', `${profile(id)}/disconnect`),
      logout: (id: string) => request<Profile>('POST', `${profile(id)}/logout`),
      /** The QR code to scan now; refused with `qr_not_available` while there is none. */
      qr: (id: string) => request<QrCode>('GET', `${profile(id)}/qr`),
      pairingCode: (id: string, phone: string) =>
        request<PairingCode>('POST', `${profile(id)}/pairing-code`, { body: { phone } }),
      /** What WhatsApp shows of the number: name, about, picture, privacy settings. */
      whatsAppProfile: (id: string) => request<OwnProfile>('GET', `${profile(id)}/whatsapp-profile`),
      changeWhatsAppProfile: (id: string, body: ChangeOwnProfile) =>
        request<OwnProfile>('PATCH', `${profile(id)}/whatsapp-profile`, { body }),
      /** Who holds the session, what waits to be sent, and what its owner says of it right now. */
      session: (id: string) => request<Session>('GET', `${profile(id)}/session`),
      /** How far the import of what the phone has kept from before the link is. */
      history: (id: string) => request<ProfileHistory>('GET', `${profile(id)}/history`),
      /** Without its password; refused with `proxy_not_set` while there is none. */
      proxy: (id: string) => request<ProfileProxy>('GET', `${profile(id)}/proxy`),
      setProxy: (id: string, url: string) => request<ProfileProxy>('PUT', `${profile(id)}/proxy`, { body: { url } }),
      /** Tries a proxy out from where the engines run: this one, or else the stored one. */
      testProxy: (id: string, url?: string) =>
        request<ProxyTest>('POST', `${profile(id)}/proxy/test`, { body: { url } }),
      removeProxy: (id: string) => request<void>('DELETE', `${profile(id)}/proxy`),
      /** The session of a disconnected profile as an encrypted file; `release` lets go of it here. */
      exportSession: (id: string, body: ExportSession) =>
        request<string>('POST', `${profile(id)}/session/export`, { body, file: true }),
      /** Gives a profile that is not linked a session: then it connects without a QR code. */
      importSession: (id: string, body: ImportSession) =>
        request<ImportedSession>('POST', `${profile(id)}/session/import`, { body }),
      /** Undoes a release or a logout, within seven days. */
      restoreSession: (id: string) => request<void>('POST', `${profile(id)}/session/restore`),
    },
    messages: messageCalls(request),
    media: mediaCalls(request),
    conversations: conversationCalls(request),
    presence: {
      /** Online and offline to everybody; typing, recording and paused to one chat. */
      show: (profileId: string, body: SetPresence) => request<void>('POST', `${profile(profileId)}/presence`, { body }),
      /** From now on the presence of the chat is announced as presence.updated. */
      follow: (profileId: string, to: string) =>
        request<PresenceSubscription>('POST', `${profile(profileId)}/presence/subscriptions`, { body: { to } }),
      list: (profileId: string, query: PageQuery = {}) =>
        request<Page<PresenceSubscription>>('GET', `${profile(profileId)}/presence/subscriptions`, { query }),
      unfollow: (profileId: string, id: string) =>
        request<void>('DELETE', `${profile(profileId)}/presence/subscriptions/${encodeURIComponent(id)}`),
    },
    calls: {
      list: (profileId: string, query: PageQuery = {}) =>
        request<Page<Call>>('GET', `${profile(profileId)}/calls`, { query }),
      get: (profileId: string, id: string) => request<Call>('GET', call(profileId, id)),
      /** Rejects a call that rings. */
      reject: (profileId: string, id: string) => request<void>('POST', `${call(profileId, id)}/reject`),
    },
    contacts: contactCalls(request),
    optOuts: optOutCalls(request),
    groups: groupCalls(request),
    status: statusCalls(request),
    channels: channelCalls(request),
    webhooks: {
      /** The answer holds the secret to verify deliveries with. */
      create: (body: CreateWebhook) => request<CreatedWebhook>('POST', '/webhooks', { body }),
      list: (query: PageQuery = {}) => request<Page<Webhook>>('GET', '/webhooks', { query }),
      get: (id: string) => request<Webhook>('GET', webhook(id)),
      secret: (id: string) => request<{ secret: string }>('GET', `${webhook(id)}/secret`),
      /** Deliveries then carry the signatures of both secrets, for as long as the old one is kept. */
      rotateSecret: (id: string, body: RotateWebhookSecret = {}) =>
        request<RotatedWebhookSecret>('POST', `${webhook(id)}/secret/rotate`, { body }),
      update: (id: string, body: UpdateWebhook) => request<Webhook>('PATCH', webhook(id), { body }),
      delete: (id: string) => request<void>('DELETE', webhook(id)),
      /** Sends it an event of its own; resolves with the id of that event. */
      test: (id: string) => request<{ eventId: string }>('POST', `${webhook(id)}/test`),
      deliveries: (id: string, query: ListDeliveries = {}) =>
        request<Page<WebhookDelivery>>('GET', `${webhook(id)}/deliveries`, { query }),
      delivery: (id: string, deliveryId: string) => request<WebhookDeliveryDetail>('GET', delivery(id, deliveryId)),
      resend: (id: string, deliveryId: string) =>
        request<WebhookDelivery>('POST', `${delivery(id, deliveryId)}/resend`),
      /** Sends everything since a time (ISO 8601) again that the endpoint's filter takes. */
      replay: (id: string, since: string) =>
        request<WebhookReplay>('POST', `${webhook(id)}/replay`, { body: { since } }),
    },
    broadcasts: {
      /** Makes a draft; nothing is sent before it is started. */
      create: (body: CreateBroadcast) => request<Broadcast>('POST', '/broadcasts', { body }),
      list: (query: PageQuery = {}) => request<Page<Broadcast>>('GET', '/broadcasts', { query }),
      get: (id: string) => request<Broadcast>('GET', broadcast(id)),
      update: (id: string, body: UpdateBroadcast) => request<Broadcast>('PATCH', broadcast(id), { body }),
      delete: (id: string) => request<void>('DELETE', broadcast(id)),
      /** Replaces the audience of a draft by a CSV whose first line names the columns. */
      upload: (id: string, csv: string) => request<Broadcast>('PUT', `${broadcast(id)}/recipients`, { csv }),
      recipients: (id: string, query: ListRecipients = {}) =>
        request<Page<BroadcastRecipient>>('GET', `${broadcast(id)}/recipients`, { query }),
      /** Starts it now, or at a time (ISO 8601). */
      start: (id: string, at?: string) => request<Broadcast>('POST', `${broadcast(id)}/start`, { body: { at } }),
      /** Resolves when nothing more is handed to WhatsApp. */
      pause: (id: string) => request<Broadcast>('POST', `${broadcast(id)}/pause`),
      resume: (id: string) => request<Broadcast>('POST', `${broadcast(id)}/resume`),
      cancel: (id: string) => request<Broadcast>('POST', `${broadcast(id)}/cancel`),
    },
    automations: {
      /** Makes a draft; it runs once it is published and enabled. */
      create: (body: CreateAutomation) => request<Automation>('POST', '/automations', { body }),
      list: (query: PageQuery = {}) => request<Page<Automation>>('GET', '/automations', { query }),
      get: (id: string) => request<Automation>('GET', automation(id)),
      update: (id: string, body: UpdateAutomation) => request<Automation>('PATCH', automation(id), { body }),
      delete: (id: string) => request<void>('DELETE', automation(id)),
      publish: (id: string) => request<Automation>('POST', `${automation(id)}/publish`),
      enable: (id: string) => request<Automation>('POST', `${automation(id)}/enable`),
      disable: (id: string) => request<Automation>('POST', `${automation(id)}/disable`),
      runs: (id: string, query: ListRuns = {}) =>
        request<Page<AutomationRun>>('GET', `${automation(id)}/runs`, { query }),
      /** With its steps. */
      run: (id: string, runId: string) => request<AutomationRunWithSteps>('GET', run(id, runId)),
      cancelRun: (id: string, runId: string) => request<AutomationRun>('POST', `${run(id, runId)}/cancel`),
    },
    /** For the operator: keys of the first workspace only. */
    engine: {
      workers: async () => (await request<{ items: EngineWorker[] }>('GET', '/engine/workers')).items,
      /** Empties a worker, which stays up; its sessions go to the others. */
      drain: (id: string) => request<EngineWorker>('POST', drain(id)),
      /** Takes a drained worker back in. */
      undrain: (id: string) => request<EngineWorker>('DELETE', drain(id)),
    },
    /** Who reads events from NATS. */
    subscribers: {
      /** The answer is the only one that holds the password. */
      create: (body: CreateSubscriber) => request<SubscriberCredentials>('POST', '/subscribers', { body }),
      list: (query: PageQuery = {}) => request<Page<Subscriber>>('GET', '/subscribers', { query }),
      get: (id: string) => request<Subscriber>('GET', subscriber(id)),
      rotatePassword: (id: string) => request<SubscriberCredentials>('POST', `${subscriber(id)}/password`),
      revoke: (id: string) => request<void>('DELETE', subscriber(id)),
    },
    events: {
      open: (query: EventQuery = {}) => openEvents(options, query),
      /** A page of the same log, for polling: go on with its `nextCursor`. */
      page: ({ types, ...query }: EventQuery & { limit?: number } = {}) =>
        request<EventPage>('GET', '/events/log', { query: { ...query, types: types?.join(',') } }),
    },
  };
}

/** Every item of a list, page by page: `for await (const message of allItems((query) => client.messages.list(id, query)))`. */
export async function* allItems<T>(
  list: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
): AsyncGenerator<T> {
  const limit = 100;
  let cursor: string | undefined;
  do {
    const page: Page<T> = await list({ limit, cursor });
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
