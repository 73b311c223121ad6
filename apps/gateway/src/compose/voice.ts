import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { MediaObject, MediaObjectsRepository } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { type Ffmpeg, FfmpegError, type MediaStorage, receiveFile } from '@multiwa/media';
import { limits } from '../limits.js';
import { withLocalFile } from '../media/local-file.js';
import { fileRefused } from './file-refused.js';

export interface VoiceDeps {
  media: Pick<MediaObjectsRepository, 'create'>;
  storage: MediaStorage;
  /** Undefined where the operator has not installed it. */
  ffmpeg: Ffmpeg | undefined;
}

export interface Voice {
  file: MediaObject;
  /** In base64; absent where nothing could measure it. */
  waveform: string | undefined;
}

const isOpus = (mimeType: string) => /^audio\/ogg\b.*opus/.test(mimeType);

/**
 * A sound as WhatsApp's clients play a voice note. What is Ogg with Opus goes as it is; everything else is converted, where ffmpeg
 * is installed. @throws CodedError `media_not_convertible`
 */
export function makeVoiceNotes({ media, storage, ffmpeg }: VoiceDeps) {
  return async function makeVoice(row: MediaObject): Promise<Voice> {
    if (!ffmpeg) {
      if (isOpus(row.mimeType)) return { file: row, waveform: undefined };
      throw fileRefused('media_not_convertible', `The file is ${row.mimeType}, and ffmpeg is not installed here.`);
    }
    return withLocalFile(storage, row, async (path) => {
      try {
        const { seconds, waveform } = await ffmpeg.shapeOf(path);
        const file = isOpus(row.mimeType) ? { ...row, seconds } : await convert(ffmpeg, row, path, seconds);
        return { file, waveform: Buffer.from(waveform).toString('base64') };
      } catch (error) {
        if (error instanceof FfmpegError) throw fileRefused('media_not_convertible', 'ffmpeg cannot read the file.');
        throw error;
      }
    });
  };

  async function convert(program: Ffmpeg, row: MediaObject, path: string, seconds: number): Promise<MediaObject> {
    const output = await storage.newFile();
    try {
      await program.toVoice(path, output);
      const made = await receiveFile(storage, createReadStream(output), { maxBytes: limits.voiceBytes });
      await made.keep();
      const { bytes, sha256 } = made;
      const mimeType = 'audio/ogg; codecs=opus';
      const { workspaceId, fileName } = row;
      return await media.create({
        id: newId(),
        workspaceId,
        origin: 'CONVERTED',
        mimeType,
        bytes,
        sha256,
        fileName,
        seconds,
      });
    } finally {
      await rm(output, { force: true });
    }
  }
}
export type MakeVoice = ReturnType<typeof makeVoiceNotes>;
