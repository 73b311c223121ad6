import type {
  Album,
  ChangeOwnProfile,
  MediaObjectView as Media,
  Message,
  MessageDetail,
  OwnProfile,
  SendAlbum,
} from '@multiwa/contracts';
import { channelCalls } from './channels.js';
import { type EventQuery, openEvents } from './event-stream.js';
import { type ClientOptions, makeRequest } from './request.js';
import { statusCalls } from './status.js';
import type {
  Account,
  ApiKey,
  Automation,
  AutomationRun,
  AutomationRunWithSteps,
  Blocklist,
  Broadcast,
  BroadcastRecipient,
  Call,
  Capabilities,
  ChangeParticipants,
  CheckedNumbers,
  Contact,
  ContactAbout,
  ContactBusiness,
  ContactPicture,
  Conversation,
  CreateAccount,
  CreateApiKey,
  CreateAutomation,
  CreateBroadcast,
  CreatedApiKey,
  CreatedGroup,
  CreatedWebhook,
  CreateGroup,
  CreateOptOut,
  CreateProfile,
  CreateSubscriber,
  CreateWebhook,
  DecideRequests,
  EngineWorker,
  EventPage,
  ExportSession,
  ForwardMessage,
  Group,
  GroupInvite,
  GroupPicture,
  GroupPreview,
  GroupWithParticipants,
  ImportedSession,
  ImportReport,
  ImportSession,
  JoinedGroup,
  JoinRequest,
  ListContacts,
  ListConversations,
  ListDeliveries,
  ListGroups,
  ListMessages,
  ListOptOuts,
  ListRecipients,
  ListRuns,
  MemberResult,
  OptOut,
  OptOutChange,
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
  SearchMessages,
  SendMessage,
  SendOptions,
  Session,
  SetPresence,
  Subscriber,
  SubscriberCredentials,
  UpdateAccount,
  UpdateAutomation,
  UpdateBroadcast,
  UpdateContact,
  UpdateConversation,
  UpdateGroup,
  UpdateProfile,
  UpdateWebhook,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryDetail,
  WebhookReplay,
} from './types.js';

/** Files take longer than other calls. */
const FILE_TIMEOUT_MS = 10 * 60_000;

export type MediaKind = 'IMAGE' | 'VIDEO' | 'AUDIO' | 'DOCUMENT' | 'STICKER';
export type MultiwaClient = ReturnType<typeof createClient>;

/**
 * A typed client of a MultiWA gateway. Every method rejects with MultiwaError when the gateway refuses (see its `code`) and
 * with MultiwaConnectionError when it cannot be reached for `retryForMs`.
 */
export function createClient(options: ClientOptions) {
  const request = makeRequest(options);
  const account = (id: string) => `/accounts/${encodeURIComponent(id)}`;
  const profile = (id: string) => `/profiles/${encodeURIComponent(id)}`;
  const conversations = (profileId: string) => `${profile(profileId)}/conversations`;
  const conversation = (profileId: string, id: string) => `${conversations(profileId)}/${encodeURIComponent(id)}`;
  const call = (profileId: string, id: string) => `${profile(profileId)}/calls/${encodeURIComponent(id)}`;
  const message = (profileId: string, id: string) => `${profile(profileId)}/messages/${encodeURIComponent(id)}`;
  const contact = (profileId: string, id: string) => `${profile(profileId)}/contacts/${encodeURIComponent(id)}`;

  const media = (id: string) => `/media/${encodeURIComponent(id)}`;
  const groups = (profileId: string) => `${profile(profileId)}/groups`;
  const group = (profileId: string, id: string) => `${groups(profileId)}/${encodeURIComponent(id)}`;
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
    messages: {
      /** Resolves when the message is accepted; it is sent, or ends FAILED with a reason, whatever happens then. */
      send: (profileId: string, body: SendMessage, { idempotencyKey, ...query }: SendOptions = {}) =>
        request<Message>('POST', `${profile(profileId)}/messages`, { body, idempotencyKey, query }),
      /** Several pictures and films as one album; each is a message with a status of its own. */
      sendAlbum: (profileId: string, body: SendAlbum, { idempotencyKey }: { idempotencyKey?: string } = {}) =>
        request<Album>('POST', `${profile(profileId)}/albums`, { body, idempotencyKey }),
      /** With its history, reactions, the tally of a poll and, in a group, what became of it at each participant. */
      get: (profileId: string, id: string) => request<MessageDetail>('GET', message(profileId, id)),
      /** Messages of a profile that hold all the words, newest first. */
      search: (profileId: string, query: SearchMessages) =>
        request<Page<Message>>('GET', `${profile(profileId)}/messages/search`, { query }),
      /** The same of all profiles. */
      searchAll: (query: SearchMessages) => request<Page<Message>>('GET', '/messages/search', { query }),
      /** Sends what a stored message says to somebody else, marked as forwarded. */
      forward: (
        profileId: string,
        id: string,
        body: ForwardMessage,
        { idempotencyKey }: { idempotencyKey?: string } = {},
      ) => request<Message>('POST', `${message(profileId, id)}/forward`, { body, idempotencyKey }),
      list: (profileId: string, query: ListMessages = {}) =>
        request<Page<Message>>('GET', `${profile(profileId)}/messages`, { query }),
      /** Takes back a message that waits for its `sendAt`, or in the queue; refused once its send has begun. */
      cancel: (profileId: string, id: string) => request<Message>('POST', `${message(profileId, id)}/cancel`),
      /** Fetches the file of a received message once more; `message.media` tells what became of it. */
      refetchMedia: (profileId: string, id: string) =>
        request<Media>('POST', `${message(profileId, id)}/media/refetch`),
    },
    media: {
      /** Takes a file in once, to be sent any number of times; `type` refuses what cannot be sent as such a message. */
      upload: (
        file: Blob,
        { fileName, type, idempotencyKey }: { fileName?: string; type?: MediaKind; idempotencyKey?: string } = {},
      ) => {
        const form = new FormData();
        form.append('file', file, fileName);
        return request<Media>('POST', '/media', { form, query: { type }, timeoutMs: FILE_TIMEOUT_MS, idempotencyKey });
      },
      get: (id: string) => request<Media>('GET', media(id)),
      /** The whole file. */
      download: (id: string) =>
        request<Uint8Array>('GET', `${media(id)}/content`, { bytes: true, timeoutMs: FILE_TIMEOUT_MS }),
    },
    conversations: {
      list: (profileId: string, query: ListConversations = {}) =>
        request<Page<Conversation>>('GET', conversations(profileId), { query }),
      get: (profileId: string, id: string) => request<Conversation>('GET', conversation(profileId, id)),
      update: (profileId: string, id: string, body: UpdateConversation) =>
        request<Conversation>('PATCH', conversation(profileId, id), { body }),
      /** Its senders get their read receipts; what came after `upToMessageId` stays unread. */
      read: (profileId: string, id: string, upToMessageId?: string) =>
        request<Conversation>('POST', `${conversation(profileId, id)}/read`, { body: { upToMessageId } }),
      unread: (profileId: string, id: string) => request<Conversation>('POST', `${conversation(profileId, id)}/unread`),
      clear: (profileId: string, id: string) => request<Conversation>('POST', `${conversation(profileId, id)}/clear`),
      /** Its next message brings it back. */
      delete: (profileId: string, id: string) => request<void>('DELETE', conversation(profileId, id)),
      messages: (profileId: string, id: string, query: PageQuery = {}) =>
        request<Page<Message>>('GET', `${conversations(profileId)}/${encodeURIComponent(id)}/messages`, { query }),
    },
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
    contacts: {
      list: (profileId: string, query: ListContacts = {}) =>
        request<Page<Contact>>('GET', `${profile(profileId)}/contacts`, { query }),
      get: (profileId: string, id: string) => request<Contact>('GET', contact(profileId, id)),
      update: (profileId: string, id: string, body: UpdateContact) =>
        request<Contact>('PATCH', contact(profileId, id), { body }),
      /** All contacts as a CSV that `import` takes back. */
      export: (profileId: string) => request<string>('GET', `${profile(profileId)}/contacts/export`, { file: true }),
      /** One report for each line of the CSV: a mistake in one stops none of the others. */
      import: async (profileId: string, csv: string): Promise<ImportReport[]> => {
        const text = await request<string>('POST', `${profile(profileId)}/contacts/import`, { csv, file: true });
        return text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line));
      },
      /** Which numbers are on WhatsApp; what has to be asked counts against the day's budget of the profile. */
      checkNumbers: (profileId: string, numbers: string[]) =>
        request<CheckedNumbers>('POST', `${profile(profileId)}/numbers/check`, { body: { numbers } }),
      about: (profileId: string, id: string) => request<ContactAbout>('GET', `${contact(profileId, id)}/about`),
      picture: (profileId: string, id: string) => request<ContactPicture>('GET', `${contact(profileId, id)}/picture`),
      business: (profileId: string, id: string) =>
        request<ContactBusiness>('GET', `${contact(profileId, id)}/business`),
      block: (profileId: string, id: string) => request<void>('PUT', `${contact(profileId, id)}/block`),
      unblock: (profileId: string, id: string) => request<void>('DELETE', `${contact(profileId, id)}/block`),
      blocklist: (profileId: string) => request<Blocklist>('GET', `${profile(profileId)}/blocklist`),
    },
    optOuts: {
      /** From now on nothing is sent to this person, unless a send says `ignoreOptOut`. */
      add: (body: CreateOptOut) => request<OptOut>('POST', '/opt-outs', { body }),
      list: (query: ListOptOuts = {}) => request<Page<OptOut>>('GET', '/opt-outs', { query }),
      history: (query: ListOptOuts = {}) => request<Page<OptOutChange>>('GET', '/opt-outs/history', { query }),
      remove: (id: string, reason?: string) =>
        request<void>('DELETE', `/opt-outs/${encodeURIComponent(id)}`, { query: { reason } }),
    },
    groups: {
      create: (profileId: string, body: CreateGroup) => request<CreatedGroup>('POST', groups(profileId), { body }),
      list: (profileId: string, query: ListGroups = {}) => request<Page<Group>>('GET', groups(profileId), { query }),
      /** Asks WhatsApp for all groups of the number; resolves with how many there are. */
      refresh: async (profileId: string) =>
        (await request<{ groups: number }>('POST', `${groups(profileId)}/refresh`)).groups,
      /** What is known of a group, or with `fresh` what WhatsApp says now. */
      get: (profileId: string, id: string, { fresh = false }: { fresh?: boolean } = {}) =>
        request<GroupWithParticipants>('GET', group(profileId, id), { query: { fresh: String(fresh) } }),
      update: (profileId: string, id: string, body: UpdateGroup) =>
        request<GroupWithParticipants>('PATCH', group(profileId, id), { body }),
      /** Adds, removes, promotes or demotes; resolves with what became of each person. */
      changeParticipants: async (profileId: string, id: string, body: ChangeParticipants) =>
        (await request<{ results: MemberResult[] }>('POST', `${group(profileId, id)}/participants`, { body })).results,
      invite: (profileId: string, id: string) => request<GroupInvite>('GET', `${group(profileId, id)}/invite`),
      /** Makes a new link; the old one leads nowhere. */
      renewInvite: (profileId: string, id: string) =>
        request<GroupInvite>('POST', `${group(profileId, id)}/invite/renew`),
      /** Where its picture lies at WhatsApp. */
      picture: (profileId: string, id: string) => request<GroupPicture>('GET', `${group(profileId, id)}/picture`),
      setPicture: (profileId: string, id: string, jpegBase64: string) =>
        request<void>('PUT', `${group(profileId, id)}/picture`, { body: { jpegBase64 } }),
      removePicture: (profileId: string, id: string) => request<void>('DELETE', `${group(profileId, id)}/picture`),
      /** What a link, or its code, leads to. */
      preview: (profileId: string, invite: string) =>
        request<GroupPreview>('POST', `${groups(profileId)}/preview`, { body: { invite } }),
      join: (profileId: string, invite: string) =>
        request<JoinedGroup>('POST', `${groups(profileId)}/join`, { body: { invite } }),
      requests: async (profileId: string, id: string) =>
        (await request<{ items: JoinRequest[] }>('GET', `${group(profileId, id)}/requests`)).items,
      decide: async (profileId: string, id: string, body: DecideRequests) =>
        (await request<{ results: MemberResult[] }>('POST', `${group(profileId, id)}/requests`, { body })).results,
      leave: (profileId: string, id: string) => request<void>('POST', `${group(profileId, id)}/leave`),
      /** The groups of a community. */
      subgroups: async (profileId: string, id: string) =>
        (
          await request<{ items: { id: string; subject: string; size: number }[] }>(
            'GET',
            `${group(profileId, id)}/subgroups`,
          )
        ).items,
      link: (profileId: string, id: string, subgroupId: string) =>
        request<void>('PUT', `${group(profileId, id)}/subgroups/${encodeURIComponent(subgroupId)}`),
      unlink: (profileId: string, id: string, subgroupId: string) =>
        request<void>('DELETE', `${group(profileId, id)}/subgroups/${encodeURIComponent(subgroupId)}`),
    },
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
