import { CodedError, mediaProblems, type OutboundContent, outboundContentSchema } from '@multiwa/contracts';
import type { MediaObject, MediaObjectsRepository, Message, ProfileScope } from '@multiwa/db';
import { type MediaUseCase, storedMediaOf } from '../use-cases/media.js';
import { forwardedFileSchema } from './forwarded-file.js';
import type { MakePreview } from './preview.js';

export interface ForwardDeps {
  mediaRows: Pick<MediaObjectsRepository, 'find'>;
  media: Pick<MediaUseCase, 'take'>;
  makePreview: MakePreview;
}

/** Kinds without a file that WhatsApp's clients forward. A poll belongs to the chat in which it was asked. */
const plain: readonly Message['type'][] = ['TEXT', 'LOCATION', 'CONTACT'];

/**
 * What a stored message says, to be said again with the mark of a forwarded one: whom it answered and whom it mentioned was
 * for the chat it came from. A file goes as it is stored here; nobody uploads it again.
 * @throws CodedError `message_not_forwardable`, `media_not_ready`, `media_gone`
 */
export function makeComposeForward({ mediaRows, media, makePreview }: ForwardDeps) {
  /** @throws CodedError naming what became of the file */
  async function fileOf(scope: ProfileScope, type: Parameters<MediaUseCase['take']>[2], id: string) {
    const row = await mediaRows.find(scope.workspaceId, id);
    if (!row) throw refused('media_gone', 'The file of the message is kept no longer.');
    if (row.state !== 'READY') throw refused(row.state === 'EXPIRED' ? 'media_gone' : 'media_not_ready', stateOf(row));
    return media.take(scope.workspaceId, id, type, '#/path/messageId');
  }

  return async function composeForward(
    scope: ProfileScope,
    { type, content, deletedAt }: Pick<Message, 'type' | 'content' | 'deletedAt'>,
  ): Promise<OutboundContent> {
    if (deletedAt) throw new CodedError('message_not_forwardable', { detail: 'It was deleted.' });
    if (plain.includes(type)) return forwardedPlain(content);
    const file = forwardedFileSchema.safeParse(content).data;
    if (!file) throw new CodedError('message_not_forwardable');
    if ('viewOnce' in file && file.viewOnce) {
      throw new CodedError('message_not_forwardable', { detail: 'It was sent to be seen once.' });
    }
    const row = await fileOf(scope, file.type, file.media.id);
    // The name that the message gave it may be another than that of the file.
    const stored = { ...storedMediaOf(row), ...(file.media.fileName && { fileName: file.media.fileName }) };
    const thumbnail = file.type === 'IMAGE' || file.type === 'VIDEO' ? await makePreview(row) : undefined;
    return outboundContentSchema.parse({ ...file, ...(thumbnail && { thumbnail }), media: stored, forwarded: true });
  };
}
export type ComposeForward = ReturnType<typeof makeComposeForward>;

function forwardedPlain(content: unknown): OutboundContent {
  const alone = { ...(content as object), quote: undefined, mentions: undefined, mentionAll: undefined };
  const parsed = outboundContentSchema.safeParse(alone);
  if (!parsed.success) throw new CodedError('message_not_forwardable');
  return { ...parsed.data, forwarded: true } as OutboundContent;
}

function stateOf({ state, problem }: MediaObject): string {
  const why = problem && problem in mediaProblems ? ` ${mediaProblems[problem as keyof typeof mediaProblems]}` : '';
  return `The file is ${state}.${why}`;
}

function refused(code: 'media_not_ready' | 'media_gone', message: string): CodedError {
  return new CodedError(code, { detail: message, errors: [{ pointer: '#/path/messageId', code, message }] });
}
