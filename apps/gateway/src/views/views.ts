import {
  type accountSchema,
  type apiKeySchema,
  type contactSchema,
  type conversationSchema,
  failureReasons,
  type HealthReason,
  type Message as MessageView,
  type profileSchema,
  profileSettingsSchema,
  statusReasons,
} from '@multiwa/contracts';
import type { Account, ApiKey, Contact, Conversation, Message, Profile } from '@multiwa/db';
import type { z } from 'zod';
import type { WithPeer } from '../use-cases/peers.js';

/** Rows as the API shows them: every field named here, so that a new column is never shown by accident. */

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

export function viewApiKey(key: ApiKey): z.input<typeof apiKeySchema> {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes as z.input<typeof apiKeySchema>['scopes'],
    expiresAt: iso(key.expiresAt),
    revokedAt: iso(key.revokedAt),
    lastUsedAt: iso(key.lastUsedAt),
    createdAt: key.createdAt.toISOString(),
  };
}

export function viewAccount(account: Account): z.input<typeof accountSchema> {
  return {
    id: account.id,
    name: account.name,
    metadata: account.metadata as z.input<typeof accountSchema>['metadata'],
    createdAt: account.createdAt.toISOString(),
    updatedAt: account.updatedAt.toISOString(),
  };
}

export function viewProfile(profile: Profile): z.output<typeof profileSchema> {
  const reason = profile.statusReason as keyof typeof statusReasons | null;
  return {
    id: profile.id,
    accountId: profile.accountId,
    name: profile.name,
    phone: profile.phone,
    lid: profile.lid,
    network: profile.network,
    engine: profile.engine,
    desiredState: profile.desiredState,
    status: profile.status,
    statusReason: reason,
    statusSentence: reason === null ? null : statusReasons[reason],
    health: profile.health,
    healthReason: profile.healthReason as HealthReason | null,
    restriction: profile.restriction as z.input<typeof profileSchema>['restriction'],
    proxyUrl: profile.proxyLabel,
    webhookUrl: profile.webhookUrl,
    settings: profileSettingsSchema.parse(profile.settings),
    connectedAt: iso(profile.connectedAt),
    createdAt: profile.createdAt.toISOString(),
    updatedAt: profile.updatedAt.toISOString(),
  };
}

export function viewMessage(message: Message): MessageView {
  const code = message.failureCode as keyof typeof failureReasons | null;
  const hasSender = message.senderPhone !== null || message.senderLid !== null;
  return {
    id: message.id,
    profileId: message.profileId,
    chat: message.chat,
    waMessageId: message.waMessageId,
    fromMe: message.fromMe,
    origin: message.origin,
    type: message.type,
    content: message.content as MessageView['content'],
    status: message.status,
    failure: code === null ? null : { code, sentence: failureReasons[code], detail: message.failureDetail },
    sender: hasSender ? { phone: message.senderPhone, lid: message.senderLid } : null,
    contactId: message.contactId,
    sendAt: iso(message.sendAt),
    expiresAt: iso(message.expiresAt),
    timestamp: message.timestamp.toISOString(),
    createdAt: message.createdAt.toISOString(),
    commandedAt: iso(message.commandedAt),
    sentAt: iso(message.sentAt),
    deliveredAt: iso(message.deliveredAt),
    readAt: iso(message.readAt),
    playedAt: iso(message.playedAt),
    endedAt: iso(message.endedAt),
    editedAt: iso(message.editedAt),
    deletedAt: iso(message.deletedAt),
  };
}

/** A send as it was when it was accepted: the first answer, and the answer to every repetition. */
export function viewAccepted(
  message: Pick<Message, 'id' | 'profileId' | 'chat' | 'waMessageId' | 'sendAt' | 'createdAt'> & {
    content: unknown;
    expiresAt?: Date | null;
    queuedAhead?: number | null;
  },
): MessageView {
  const content = message.content as MessageView['content'];
  const createdAt = message.createdAt.toISOString();
  return {
    id: message.id,
    profileId: message.profileId,
    chat: message.chat,
    waMessageId: message.waMessageId,
    fromMe: true,
    origin: 'API',
    type: content.type as MessageView['type'],
    content,
    status: message.sendAt ? 'SCHEDULED' : 'QUEUED',
    failure: null,
    sender: null,
    contactId: null,
    sendAt: iso(message.sendAt),
    expiresAt: iso(message.expiresAt ?? null),
    queuedAhead: message.queuedAhead ?? undefined,
    timestamp: createdAt,
    createdAt,
    commandedAt: null,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    playedAt: null,
    endedAt: null,
    editedAt: null,
    deletedAt: null,
  };
}

export function viewConversation(
  conversation: WithPeer<Omit<Conversation, 'changedAt'>>,
): z.input<typeof conversationSchema> {
  return {
    id: conversation.id,
    profileId: conversation.profileId,
    chat: conversation.chat,
    contactId: conversation.contactId,
    peer: conversation.peer,
    title: conversation.title,
    unreadCount: conversation.unreadCount,
    markedUnread: conversation.markedUnread,
    archived: conversation.archived,
    // A time that is over mutes nothing.
    mutedUntil: conversation.mutedUntil && conversation.mutedUntil > new Date() ? iso(conversation.mutedUntil) : null,
    pinnedAt: iso(conversation.pinnedAt),
    labels: conversation.labels,
    ephemeralSeconds: conversation.ephemeralSeconds,
    assigneeId: conversation.assigneeId,
    lastMessageId: conversation.lastMessageId,
    lastMessageAt: iso(conversation.lastMessageAt),
    createdAt: conversation.createdAt.toISOString(),
  };
}

export function viewContact(contact: Contact): z.input<typeof contactSchema> {
  return {
    id: contact.id,
    profileId: contact.profileId,
    phone: contact.phone,
    lid: contact.lid,
    name: contact.name,
    pushName: contact.pushName,
    email: contact.email,
    tags: contact.tags,
    metadata: contact.metadata as Record<string, unknown>,
    createdAt: contact.createdAt.toISOString(),
    updatedAt: contact.updatedAt.toISOString(),
  };
}
