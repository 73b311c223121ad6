import { type MediaStateFact, movedEventType } from '@multiwa/contracts';
import { identityOfChat } from '@multiwa/domain';
import { storedMediaOf } from './media-book.js';
import type { FactOutcome, World } from './world.js';

/** What became of a received file. What is READY stays so: an older word of a failure changes nothing. */
export function applyMediaState(world: World, fact: MediaStateFact): FactOutcome {
  const profile = world.profileOf(fact);
  if (typeof profile === 'string') return profile;
  const media = world.media.find(profile.id, fact.mediaId);
  if (!media) return 'message_unknown';
  const { state, problem, file } = fact;
  if (media.state === state || (media.state === 'READY' && state !== 'READY')) return 'unchanged';
  world.media.change(media, {
    state,
    problem,
    ...(file && {
      mimeType: file.mimeType,
      bytes: file.bytes,
      sha256: file.sha256,
      width: file.width ?? media.width,
      height: file.height ?? media.height,
    }),
  });
  const { messageId, waMessageId, chat } = media;
  const identity = identityOfChat(chat);
  const peer = identity && world.contacts.complete(profile.id, identity);
  const shown = world.links.show(storedMediaOf(media));
  world.announce(profile, movedEventType(chat, 'media'), { messageId, waMessageId, chat, peer, media: shown });
  return 'applied';
}
