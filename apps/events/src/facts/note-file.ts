import type { ReceivedContent } from '@multiwa/contracts';
import type { ReceivedMediaState } from '@multiwa/db';
import type { World } from './world.js';

type FileContent = Extract<ReceivedContent, { media: unknown }>;
type Carrier = Pick<ReceivedMediaState, 'workspaceId' | 'profileId' | 'messageId' | 'waMessageId' | 'chat'>;

/** The file that a message carries is a row of its own from now on. */
export function noteFile(world: World, carrier: Carrier, media: FileContent['media']): void {
  const { id, state, problem, mimeType, bytes, sha256 } = media;
  const { fileName = null, width = null, height = null, seconds = null } = media;
  const { workspaceId, profileId, messageId, waMessageId, chat } = carrier;
  const row = { id, workspaceId, profileId, messageId, waMessageId, chat, state, problem, mimeType, fileName };
  world.media.add({ ...row, bytes, sha256, width, height, seconds });
}
