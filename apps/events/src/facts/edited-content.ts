import { isCaptioned, type ReceivedContent, receivedContentSchema } from '@multiwa/contracts';
import type { MessageState } from '@multiwa/db';

/**
 * What an edited message says. Of a file the caption alone is new: what an edit says of the file is another description of
 * the same one. Undefined when the edit is none of this message.
 */
export function editedContent(
  { type, content }: Pick<MessageState, 'type' | 'content'>,
  edited: ReceivedContent,
): ReceivedContent | undefined {
  if (!isCaptioned(type)) return 'media' in edited ? undefined : edited;
  const before = receivedContentSchema.safeParse(content).data;
  if (!before || !('media' in before)) return undefined;
  const caption = captionOf(edited);
  return caption === undefined ? undefined : ({ ...before, caption } as ReceivedContent);
}

/** An edit of a caption says it as a file's or, from some clients, as a text. */
function captionOf(edited: ReceivedContent): string | undefined {
  if (edited.type === 'TEXT') return edited.text;
  return 'caption' in edited || isCaptioned(edited.type) ? ((edited as { caption?: string }).caption ?? '') : undefined;
}
