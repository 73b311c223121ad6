import { type MediaInput, maxMediaBytes, type OutboundContent, type ParsedSend } from '@multiwa/contracts';
import type { MediaObject, ProfileScope } from '@multiwa/db';
import { type MediaUseCase, storedMediaOf } from '../use-cases/media.js';
import type { MakePreview } from './preview.js';
import type { MakeVoice } from './voice.js';

export interface FileDeps {
  media: Pick<MediaUseCase, 'take' | 'fetchUrl'>;
  makeVoice: MakeVoice;
  makePreview: MakePreview;
}

type FileType = keyof typeof maxMediaBytes;
/** What of such a send is about the file. */
export type FileInput = { [T in FileType]: Omit<Extract<ParsedSend, { type: T }>, 'to'> }[FileType];
export type FileContent = Extract<OutboundContent, { type: FileType }>;

/** Whether a send carries a file. */
export function isFile(input: ParsedSend): input is Extract<ParsedSend, { type: FileType }> {
  return input.type in maxMediaBytes;
}

/**
 * A send that carries a file, with the file at hand: an earlier upload of the workspace, or fetched now from where the caller
 * says, since it may be gone by the time of sending. @throws CodedError with a pointer
 */
export function makeComposeFile({ media, makeVoice, makePreview }: FileDeps) {
  const fileOf = (scope: ProfileScope, type: FileType, input: MediaInput, at: string): Promise<MediaObject> =>
    'id' in input
      ? media.take(scope.workspaceId, input.id, type, `${at}/media/id`)
      : media.fetchUrl(scope.workspaceId, input.url, type, `${at}/media/url`);

  /** `at`: where the file stands in the request. */
  return async function composeFile(scope: ProfileScope, input: FileInput, at = '#'): Promise<FileContent> {
    const row = await fileOf(scope, input.type, input.media, at);
    switch (input.type) {
      case 'IMAGE': {
        const { type, caption, viewOnce } = input;
        const thumbnail = await makePreview(row);
        return { type, media: storedMediaOf(row), caption, viewOnce, thumbnail };
      }
      case 'VIDEO': {
        const { type, caption, gif, viewOnce } = input;
        const thumbnail = await makePreview(row);
        return { type, media: storedMediaOf(row), caption, gif, viewOnce, thumbnail };
      }
      case 'AUDIO': {
        const { type, voice, viewOnce } = input;
        if (!voice) return { type, media: storedMediaOf(row), viewOnce };
        const { file, waveform } = await makeVoice(row);
        return { type, media: storedMediaOf(file), voice, viewOnce, waveform };
      }
      case 'DOCUMENT': {
        const { type, caption, fileName } = input;
        return { type, media: { ...storedMediaOf(row), ...(fileName && { fileName }) }, caption };
      }
      case 'STICKER':
        return { type: input.type, media: storedMediaOf(row) };
    }
  };
}
export type ComposeFile = ReturnType<typeof makeComposeFile>;
