import {
  type Content,
  contentSchema,
  type MessageDeletedFact,
  type MessageEditedFact,
  movedEventType,
  placeOf,
  profileSettingsSchema,
} from '@multiwa/contracts';
import type { MessageState, ProfileState } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { changeOf, findTarget, isAuthor } from './about-message.js';
import { editedContent } from './edited-content.js';
import type { FactOutcome, World } from './world.js';

/** The author of a message changed what it says. The last edit counts, in whichever order they are heard of. */
export function applyMessageEdited(world: World, fact: MessageEditedFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const message = findTarget(world, profile, fact);
  if (!message) return 'message_unknown';
  // Nobody edits what somebody else wrote.
  if (!isAuthor(world, message, fact)) return 'unchanged';
  const content = editedContent(message, fact.content);
  if (!content || !editMessage(world, profile, message, content, new Date(fact.saidAt))) return 'unchanged';
  world.announce(profile, 'message.edited', {
    ...changeOf(world, profile, message, fact),
    content: world.links.showContent(contentSchema.parse(content)),
  });
  return 'applied';
}

/** A message was deleted for everyone: by its author, or in a group by an admin, of which WhatsApp lets no others through. */
export function applyMessageDeleted(world: World, fact: MessageDeletedFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const message = findTarget(world, profile, fact);
  if (!message) return 'message_unknown';
  const isOfAuthorOnly = fact.peer !== null || placeOf(message.chat) !== 'chat';
  if (isOfAuthorOnly && !isAuthor(world, message, fact)) return 'unchanged';
  if (!deleteMessage(world, profile, message, new Date(fact.saidAt))) return 'unchanged';
  world.announce(profile, movedEventType(message.chat, 'deleted'), changeOf(world, profile, message, fact));
  return 'applied';
}

/** @returns whether this was news */
export function editMessage(
  world: World,
  profile: ProfileState,
  message: MessageState,
  content: unknown,
  editedAt: Date,
): boolean {
  const { deletedAt, editedAt: before } = message;
  if (deletedAt || (before && before >= editedAt)) return false;
  changeContent(world, profile, message, content, { editedAt, deletedAt });
  // The next edit of this batch goes on from it.
  message.content = content;
  return true;
}

/** @returns whether this was news */
export function deleteMessage(world: World, profile: ProfileState, message: MessageState, deletedAt: Date): boolean {
  if (message.deletedAt) return false;
  const content: Content = { type: 'DELETED' };
  changeContent(world, profile, message, content, { editedAt: message.editedAt, deletedAt });
  return true;
}

function changeContent(
  world: World,
  profile: ProfileState,
  message: MessageState,
  content: unknown,
  times: Pick<MessageState, 'editedAt' | 'deletedAt'>,
): void {
  Object.assign(message, times);
  const { keepMessageHistory } = profileSettingsSchema.parse(profile.settings);
  const at = times.deletedAt ?? times.editedAt ?? new Date();
  const revisionId = keepMessageHistory ? newId() : null;
  world.contentChanges.push({ id: message.id, content, at, ...times, revisionId });
}
