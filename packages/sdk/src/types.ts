import type {
  accountSchema,
  apiKeySchema,
  automationRunSchema,
  automationRunWithStepsSchema,
  automationSchema,
  blocklistSchema,
  broadcastRecipientSchema,
  broadcastSchema,
  callSchema,
  capabilitiesSchema,
  changeParticipantsSchema,
  channelPostPageSchema,
  checkedNumbersSchema,
  contactAboutSchema,
  contactBusinessSchema,
  contactPictureSchema,
  contactSchema,
  conversationSchema,
  createAccountSchema,
  createApiKeySchema,
  createAutomationSchema,
  createBroadcastSchema,
  createChannelSchema,
  createdApiKeySchema,
  createdGroupSchema,
  createdWebhookSchema,
  createGroupSchema,
  createOptOutSchema,
  createProfileSchema,
  createSubscriberSchema,
  createWebhookSchema,
  decideRequestsSchema,
  engineWorkerSchema,
  eventPageSchema,
  exportSessionSchema,
  forwardMessageSchema,
  groupInviteSchema,
  groupPictureSchema,
  groupPreviewSchema,
  historyViewSchema,
  importedSessionSchema,
  importSessionSchema,
  joinedGroupSchema,
  joinRequestSchema,
  listConversationsQuerySchema,
  listDeliveriesQuerySchema,
  listGroupsQuerySchema,
  listMessagesQuerySchema,
  listOptOutsQuerySchema,
  listRunsQuerySchema,
  listStatusQuerySchema,
  memberResultSchema,
  optOutChangeSchema,
  optOutSchema,
  pairingCodeSchema,
  postStatusSchema,
  postToChannelSchema,
  presenceSubscriptionSchema,
  profileSchema,
  proxySchema,
  proxyTestSchema,
  qrSchema,
  reactToStatusSchema,
  recipientStatusSchema,
  rotatedSecretSchema,
  rotateSecretSchema,
  searchMessagesQuerySchema,
  sendMessageSchema,
  sendQuerySchema,
  sessionViewSchema,
  setPresenceSchema,
  statusDetailSchema,
  statusSchema,
  subscriberCredentialsSchema,
  subscriberSchema,
  updateAccountSchema,
  updateAutomationSchema,
  updateBroadcastSchema,
  updateContactSchema,
  updateConversationSchema,
  updateGroupSchema,
  updateProfileSchema,
  updateWebhookSchema,
  webhookDeliveryDetailSchema,
  webhookDeliverySchema,
  webhookReplaySchema,
  webhookSchema,
} from '@multiwa/contracts';
import type { z } from 'zod';

export type {
  Album,
  Channel,
  ChannelPost,
  EventEnvelope,
  EventType,
  Group,
  GroupWithParticipants,
  Message,
  MessageDetail,
  Problem,
  SendAlbum,
} from '@multiwa/contracts';
export type CreateChannel = z.input<typeof createChannelSchema>;
export type ChannelPosts = z.infer<typeof channelPostPageSchema>;
export type PostToChannel = z.input<typeof postToChannelSchema>;
export type PostStatus = z.input<typeof postStatusSchema>;
export type ReactToStatus = z.input<typeof reactToStatusSchema>;
export type ListStatuses = Omit<z.input<typeof listStatusQuerySchema>, 'limit'> & { limit?: number };
export type Status = z.infer<typeof statusSchema>;
export type StatusDetail = z.infer<typeof statusDetailSchema>;
export type CreateGroup = z.input<typeof createGroupSchema>;
export type CreatedGroup = z.infer<typeof createdGroupSchema>;
export type UpdateGroup = z.input<typeof updateGroupSchema>;
export type ListGroups = Omit<z.input<typeof listGroupsQuerySchema>, 'limit'> & { limit?: number };
export type ChangeParticipants = z.input<typeof changeParticipantsSchema>;
export type DecideRequests = z.input<typeof decideRequestsSchema>;
export type MemberResult = z.infer<typeof memberResultSchema>;
export type JoinRequest = z.infer<typeof joinRequestSchema>;
export type GroupInvite = z.infer<typeof groupInviteSchema>;
export type GroupPicture = z.infer<typeof groupPictureSchema>;
export type GroupPreview = z.infer<typeof groupPreviewSchema>;
export type JoinedGroup = z.infer<typeof joinedGroupSchema>;
export type Account = z.infer<typeof accountSchema>;
export type CreateAccount = z.input<typeof createAccountSchema>;
export type UpdateAccount = z.input<typeof updateAccountSchema>;
export type ApiKey = z.infer<typeof apiKeySchema>;
export type CreateApiKey = z.input<typeof createApiKeySchema>;
export type CreatedApiKey = z.infer<typeof createdApiKeySchema>;
export type Profile = z.infer<typeof profileSchema>;
export type CreateProfile = z.input<typeof createProfileSchema>;
export type UpdateProfile = z.input<typeof updateProfileSchema>;
export type Session = z.infer<typeof sessionViewSchema>;
export type ProfileHistory = z.infer<typeof historyViewSchema>;
export type ProxyTest = z.infer<typeof proxyTestSchema>;
export type ProfileProxy = z.infer<typeof proxySchema>;
export type EngineWorker = z.infer<typeof engineWorkerSchema>;
export type QrCode = z.infer<typeof qrSchema>;
export type ExportSession = z.input<typeof exportSessionSchema>;
export type ImportSession = z.input<typeof importSessionSchema>;
export type ImportedSession = z.infer<typeof importedSessionSchema>;
export type PairingCode = z.infer<typeof pairingCodeSchema>;
export type SendMessage = z.input<typeof sendMessageSchema>;
/** `waitFor: 'sent'` resolves when the outcome is known, or at the deadline. */
export type SendOptions = { idempotencyKey?: string } & z.input<typeof sendQuerySchema> & { waitTimeoutMs?: number };
export type SearchMessages = Omit<z.input<typeof searchMessagesQuerySchema>, 'limit'> & { limit?: number };
export type ForwardMessage = z.input<typeof forwardMessageSchema>;
export type Capabilities = z.infer<typeof capabilitiesSchema>;
export type ListMessages = Omit<z.input<typeof listMessagesQuerySchema>, 'limit'> & { limit?: number };
export type Contact = z.infer<typeof contactSchema>;
export type UpdateContact = z.input<typeof updateContactSchema>;
export type CheckedNumbers = z.infer<typeof checkedNumbersSchema>;
export type ContactAbout = z.infer<typeof contactAboutSchema>;
export type ContactPicture = z.infer<typeof contactPictureSchema>;
export type ContactBusiness = z.infer<typeof contactBusinessSchema>;
export type Blocklist = z.infer<typeof blocklistSchema>;
export type { ChangeOwnProfile as ChangeWhatsAppProfile, OwnProfile as WhatsAppProfile } from '@multiwa/contracts';
/** What became of one line of an import. */
export type ImportReport =
  | { line: number; outcome: 'CREATED' | 'UPDATED'; contactId: string }
  | { line: number; outcome: 'FAILED'; message: string };
export type ListContacts = PageQuery & { phone?: string; lid?: string; tag?: string; search?: string };
export type OptOut = z.infer<typeof optOutSchema>;
export type CreateOptOut = z.input<typeof createOptOutSchema>;
export type OptOutChange = z.infer<typeof optOutChangeSchema>;
export type ListOptOuts = Omit<z.input<typeof listOptOutsQuerySchema>, 'limit'> & { limit?: number };
export type ListConversations = Omit<z.input<typeof listConversationsQuerySchema>, 'limit'> & { limit?: number };
export type UpdateConversation = z.input<typeof updateConversationSchema>;
export type PresenceSubscription = z.infer<typeof presenceSubscriptionSchema>;
export type SetPresence = z.input<typeof setPresenceSchema>;
export type Call = z.infer<typeof callSchema>;
export type Conversation = z.infer<typeof conversationSchema>;
export type Webhook = z.infer<typeof webhookSchema>;
export type CreateWebhook = z.input<typeof createWebhookSchema>;
export type CreatedWebhook = z.infer<typeof createdWebhookSchema>;
export type UpdateWebhook = z.input<typeof updateWebhookSchema>;
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;
export type WebhookDeliveryDetail = z.infer<typeof webhookDeliveryDetailSchema>;
export type RotateWebhookSecret = z.input<typeof rotateSecretSchema>;
export type RotatedWebhookSecret = z.infer<typeof rotatedSecretSchema>;
export type WebhookReplay = z.infer<typeof webhookReplaySchema>;
export type Subscriber = z.infer<typeof subscriberSchema>;
export type CreateSubscriber = z.input<typeof createSubscriberSchema>;
export type SubscriberCredentials = z.infer<typeof subscriberCredentialsSchema>;
export type EventPage = z.infer<typeof eventPageSchema>;
export type ListDeliveries = Omit<z.input<typeof listDeliveriesQuerySchema>, 'limit'> & { limit?: number };
export type Broadcast = z.infer<typeof broadcastSchema>;
export type CreateBroadcast = z.input<typeof createBroadcastSchema>;
export type UpdateBroadcast = z.input<typeof updateBroadcastSchema>;
export type BroadcastRecipient = z.infer<typeof broadcastRecipientSchema>;
export type ListRecipients = PageQuery & { status?: z.infer<typeof recipientStatusSchema> };
export type Automation = z.infer<typeof automationSchema>;
export type CreateAutomation = z.input<typeof createAutomationSchema>;
export type UpdateAutomation = z.input<typeof updateAutomationSchema>;
export type AutomationRun = z.infer<typeof automationRunSchema>;
export type AutomationRunWithSteps = z.infer<typeof automationRunWithStepsSchema>;
export type ListRuns = Omit<z.input<typeof listRunsQuerySchema>, 'limit'> & { limit?: number };

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** For the next page; null on the last one. */
  nextCursor: string | null;
}

/** Which page. */
export type PageQuery = { limit?: number; cursor?: string };
