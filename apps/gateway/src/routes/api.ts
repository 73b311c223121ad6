import type { Authenticator } from '../auth/authenticate.js';
import type { EventStreams } from '../sse/event-streams.js';
import type { Accounts } from '../use-cases/accounts.js';
import type { ApiKeys } from '../use-cases/api-keys.js';
import type { Automations } from '../use-cases/automations.js';
import type { BroadcastControl } from '../use-cases/broadcast-control.js';
import type { Broadcasts } from '../use-cases/broadcasts.js';
import type { Calls } from '../use-cases/calls.js';
import type { ChannelsUseCases } from '../use-cases/channels.js';
import type { ContactFiles } from '../use-cases/contact-files.js';
import type { Contacts } from '../use-cases/contacts.js';
import type { ConversationChanges } from '../use-cases/conversation-changes.js';
import type { Conversations } from '../use-cases/conversations.js';
import type { EngineWorkers } from '../use-cases/engine-workers.js';
import type { ForwardMessageUseCase } from '../use-cases/forward-message.js';
import type { GroupsUseCases } from '../use-cases/groups.js';
import type { History } from '../use-cases/history.js';
import type { Linking } from '../use-cases/linking.js';
import type { MediaUseCase } from '../use-cases/media.js';
import type { Messages } from '../use-cases/messages.js';
import type { Numbers } from '../use-cases/numbers.js';
import type { OptOuts } from '../use-cases/opt-outs.js';
import type { OwnProfileUseCase } from '../use-cases/own-profile.js';
import type { People } from '../use-cases/people.js';
import type { Presence } from '../use-cases/presence.js';
import type { Profiles } from '../use-cases/profiles.js';
import type { Proxies } from '../use-cases/proxies.js';
import type { SendAlbumUseCase } from '../use-cases/send-album.js';
import type { SendAndWait } from '../use-cases/send-and-wait.js';
import type { SessionFiles } from '../use-cases/session-files.js';
import type { Sessions } from '../use-cases/sessions.js';
import type { Statuses } from '../use-cases/statuses.js';
import type { Subscribers } from '../use-cases/subscribers.js';
import type { Webhooks } from '../use-cases/webhooks.js';
import { createAccountRoute } from './accounts/create.js';
import { deleteAccountRoute } from './accounts/delete.js';
import { getAccountRoute } from './accounts/get.js';
import { listAccountsRoute } from './accounts/list.js';
import { updateAccountRoute } from './accounts/update.js';
import { createApiKeyRoute } from './api-keys/create.js';
import { listApiKeysRoute } from './api-keys/list.js';
import { revokeApiKeyRoute } from './api-keys/revoke.js';
import { cancelRunRoute } from './automations/cancel-run.js';
import { createAutomationRoute } from './automations/create.js';
import { deleteAutomationRoute } from './automations/delete.js';
import { enableAutomationRoutes } from './automations/enable.js';
import { getAutomationRoute } from './automations/get.js';
import { listAutomationsRoute } from './automations/list.js';
import { publishAutomationRoute } from './automations/publish.js';
import { getRunRoute } from './automations/run.js';
import { listRunsRoute } from './automations/runs.js';
import { updateAutomationRoute } from './automations/update.js';
import { cancelBroadcastRoute } from './broadcasts/cancel.js';
import { createBroadcastRoute } from './broadcasts/create.js';
import { deleteBroadcastRoute } from './broadcasts/delete.js';
import { getBroadcastRoute } from './broadcasts/get.js';
import { listBroadcastsRoute } from './broadcasts/list.js';
import { listRecipientsRoute } from './broadcasts/list-recipients.js';
import { pauseBroadcastRoute } from './broadcasts/pause.js';
import { resumeBroadcastRoute } from './broadcasts/resume.js';
import { startBroadcastRoute } from './broadcasts/start.js';
import { updateBroadcastRoute } from './broadcasts/update.js';
import { uploadRecipientsRoute } from './broadcasts/upload-recipients.js';
import { callRoutes } from './calls/calls.js';
import { channelRoutes } from './channels/channels.js';
import { blockRoutes } from './contacts/block.js';
import { contactDetailRoutes } from './contacts/details.js';
import { exportContactsRoute } from './contacts/export.js';
import { getContactRoute } from './contacts/get.js';
import { importContactsRoute } from './contacts/import.js';
import { listContactsRoute } from './contacts/list.js';
import { updateContactRoute } from './contacts/update.js';
import { changeConversationRoutes } from './conversations/change.js';
import { getConversationRoute } from './conversations/get.js';
import { listConversationsRoute } from './conversations/list.js';
import { conversationMessagesRoute } from './conversations/messages.js';
import { drainWorkerRoutes } from './engine/drain-worker.js';
import { listWorkersRoute } from './engine/list-workers.js';
import { listEventsRoute } from './events/list.js';
import { streamEventsRoute } from './events/stream.js';
import { createGroupRoute } from './groups/create.js';
import { getGroupRoute } from './groups/get.js';
import { groupInviteRoutes } from './groups/invite.js';
import { leaveGroupRoute } from './groups/leave.js';
import { listGroupsRoutes } from './groups/list.js';
import { changeParticipantsRoute } from './groups/participants.js';
import { groupPictureRoutes } from './groups/picture.js';
import { groupRequestRoutes } from './groups/requests.js';
import { subgroupRoutes } from './groups/subgroups.js';
import { updateGroupRoute } from './groups/update.js';
import { mediaContentRoute } from './media/content.js';
import { getMediaRoute } from './media/get.js';
import { refetchMediaRoute } from './media/refetch.js';
import { uploadMediaRoute } from './media/upload.js';
import { cancelMessageRoutes } from './messages/cancel.js';
import { forwardMessageRoute } from './messages/forward.js';
import { getMessageRoute } from './messages/get.js';
import { listMessagesRoute } from './messages/list.js';
import { searchMessagesRoutes } from './messages/search.js';
import { sendMessageRoute } from './messages/send.js';
import { sendAlbumRoute } from './messages/send-album.js';
import { createOptOutRoute } from './opt-outs/create.js';
import { deleteOptOutRoute } from './opt-outs/delete.js';
import { listOptOutsRoutes } from './opt-outs/list.js';
import { presenceRoutes } from './presence/presence.js';
import { capabilitiesRoute } from './profiles/capabilities.js';
import { connectProfileRoute } from './profiles/connect.js';
import { createProfileRoute } from './profiles/create.js';
import { deleteProfileRoute } from './profiles/delete.js';
import { disconnectProfileRoute } from './profiles/disconnect.js';
import { getProfileRoute } from './profiles/get.js';
import { profileHistoryRoute } from './profiles/history.js';
import { listProfilesRoute } from './profiles/list.js';
import { logoutProfileRoute } from './profiles/logout.js';
import { checkNumbersRoute } from './profiles/numbers.js';
import { pairingCodeRoute } from './profiles/pairing-code.js';
import { proxyRoutes } from './profiles/proxy.js';
import { qrRoute } from './profiles/qr.js';
import { profileSessionRoute } from './profiles/session.js';
import { sessionFileRoutes } from './profiles/session-files.js';
import { updateProfileRoute } from './profiles/update.js';
import { whatsAppProfileRoutes } from './profiles/whatsapp-profile.js';
import type { App } from './route-types.js';
import { statusRoutes } from './status/status.js';
import { createSubscriberRoute } from './subscribers/create.js';
import { getSubscriberRoute } from './subscribers/get.js';
import { listSubscribersRoute } from './subscribers/list.js';
import { revokeSubscriberRoute } from './subscribers/revoke.js';
import { rotateSubscriberPasswordRoute } from './subscribers/rotate-password.js';
import { createWebhookRoute } from './webhooks/create.js';
import { deleteWebhookRoute } from './webhooks/delete.js';
import { listDeliveriesRoute } from './webhooks/deliveries.js';
import { getDeliveryRoute } from './webhooks/delivery.js';
import { getWebhookRoute } from './webhooks/get.js';
import { listWebhooksRoute } from './webhooks/list.js';
import { replayWebhookRoute } from './webhooks/replay.js';
import { resendDeliveryRoute } from './webhooks/resend.js';
import { rotateSecretRoute } from './webhooks/rotate-secret.js';
import { webhookSecretRoute } from './webhooks/secret.js';
import { testWebhookRoute } from './webhooks/test.js';
import { updateWebhookRoute } from './webhooks/update.js';

export interface UseCases {
  apiKeys: ApiKeys;
  accounts: Accounts;
  profiles: Profiles;
  linking: Linking;
  sessionFiles: SessionFiles;
  sessions: Sessions;
  history: History;
  proxies: Proxies;
  sendAndWait: SendAndWait;
  sendAlbum: SendAlbumUseCase;
  forwardMessage: ForwardMessageUseCase;
  messages: Messages;
  media: MediaUseCase;
  conversations: Conversations;
  conversationChanges: ConversationChanges;
  presence: Presence;
  calls: Calls;
  contacts: Contacts;
  numbers: Numbers;
  people: People;
  ownProfile: OwnProfileUseCase;
  contactFiles: ContactFiles;
  optOuts: OptOuts;
  groups: GroupsUseCases;
  statuses: Statuses;
  channels: ChannelsUseCases;
  broadcasts: Broadcasts;
  broadcastControl: BroadcastControl;
  automations: Automations;
  eventStreams: EventStreams;
  subscribers: Subscribers;
  webhooks: Webhooks;
  engineWorkers: EngineWorkers;
}

/** Every call of the API, in the order in which /docs shows them. */
export function apiRoutes(app: App, useCases: UseCases, authenticator: Authenticator): void {
  for (const route of [
    createProfileRoute,
    listProfilesRoute,
    getProfileRoute,
    updateProfileRoute,
    deleteProfileRoute,
  ]) {
    route(app, useCases.profiles);
  }
  capabilitiesRoute(app, useCases.profiles);
  for (const route of [connectProfileRoute, disconnectProfileRoute, logoutProfileRoute]) route(app, useCases.profiles);
  for (const route of [qrRoute, pairingCodeRoute]) route(app, useCases.linking);
  whatsAppProfileRoutes(app, useCases.ownProfile);
  sessionFileRoutes(app, useCases.sessionFiles);
  profileSessionRoute(app, useCases.sessions);
  profileHistoryRoute(app, useCases.history);
  proxyRoutes(app, useCases.proxies);
  sendMessageRoute(app, useCases.sendAndWait);
  sendAlbumRoute(app, useCases.sendAlbum);
  forwardMessageRoute(app, useCases.forwardMessage);
  for (const route of [listMessagesRoute, searchMessagesRoutes, getMessageRoute, cancelMessageRoutes]) {
    route(app, useCases.messages);
  }
  for (const route of [uploadMediaRoute, getMediaRoute, refetchMediaRoute]) route(app, useCases.media);
  mediaContentRoute(app, useCases.media, authenticator);
  for (const route of [listConversationsRoute, getConversationRoute, conversationMessagesRoute]) {
    route(app, useCases.conversations);
  }
  changeConversationRoutes(app, useCases.conversationChanges);
  presenceRoutes(app, useCases.presence);
  callRoutes(app, useCases.calls);
  for (const route of [listContactsRoute, getContactRoute, updateContactRoute]) route(app, useCases.contacts);
  for (const route of [contactDetailRoutes, blockRoutes]) route(app, useCases.people);
  for (const route of [exportContactsRoute, importContactsRoute]) route(app, useCases.contactFiles);
  checkNumbersRoute(app, useCases.numbers);
  for (const route of [createOptOutRoute, listOptOutsRoutes, deleteOptOutRoute]) route(app, useCases.optOuts);
  for (const route of [
    createGroupRoute,
    listGroupsRoutes,
    getGroupRoute,
    updateGroupRoute,
    changeParticipantsRoute,
    groupInviteRoutes,
    groupPictureRoutes,
    groupRequestRoutes,
    subgroupRoutes,
    leaveGroupRoute,
  ]) {
    route(app, useCases.groups);
  }
  statusRoutes(app, useCases.statuses);
  channelRoutes(app, useCases.channels);
  for (const route of [
    createBroadcastRoute,
    listBroadcastsRoute,
    getBroadcastRoute,
    updateBroadcastRoute,
    deleteBroadcastRoute,
    listRecipientsRoute,
    uploadRecipientsRoute,
  ]) {
    route(app, useCases.broadcasts);
  }
  for (const route of [startBroadcastRoute, pauseBroadcastRoute, resumeBroadcastRoute, cancelBroadcastRoute]) {
    route(app, useCases.broadcastControl);
  }
  for (const route of [
    createAutomationRoute,
    listAutomationsRoute,
    getAutomationRoute,
    updateAutomationRoute,
    deleteAutomationRoute,
    publishAutomationRoute,
    enableAutomationRoutes,
    listRunsRoute,
    getRunRoute,
    cancelRunRoute,
  ]) {
    route(app, useCases.automations);
  }
  streamEventsRoute(app, useCases.eventStreams);
  listEventsRoute(app, useCases.eventStreams);
  for (const route of [
    createSubscriberRoute,
    listSubscribersRoute,
    getSubscriberRoute,
    rotateSubscriberPasswordRoute,
    revokeSubscriberRoute,
  ]) {
    route(app, useCases.subscribers);
  }
  for (const route of [
    createWebhookRoute,
    listWebhooksRoute,
    getWebhookRoute,
    updateWebhookRoute,
    deleteWebhookRoute,
    webhookSecretRoute,
    rotateSecretRoute,
    replayWebhookRoute,
    testWebhookRoute,
    listDeliveriesRoute,
    getDeliveryRoute,
    resendDeliveryRoute,
  ]) {
    route(app, useCases.webhooks);
  }
  for (const route of [
    createAccountRoute,
    listAccountsRoute,
    getAccountRoute,
    updateAccountRoute,
    deleteAccountRoute,
  ]) {
    route(app, useCases.accounts);
  }
  for (const route of [listWorkersRoute, drainWorkerRoutes]) route(app, useCases.engineWorkers);
  for (const route of [createApiKeyRoute, listApiKeysRoute, revokeApiKeyRoute]) route(app, useCases.apiKeys);
}
