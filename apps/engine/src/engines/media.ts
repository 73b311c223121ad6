import type { Readable } from 'node:stream';
import type { MediaProblem, UploadedMedia, WaMediaType } from '@multiwa/contracts';

/** The files that a session sends. */
export interface OutboundFiles {
  /** The bytes of a file under its SHA-256. @throws BlobMissingError */
  open(sha256: string): Promise<Readable>;
  /** A path for a file of its own, where what a killed process leaves is cleared away. Whoever asked removes it. */
  newFile(): Promise<string>;
  /** What WhatsApp gave for it earlier, if it still serves. `forResend`: whatever its age. */
  findUpload(mediaType: WaMediaType, sha256: string, forResend: boolean): Promise<UploadedMedia | undefined>;
  saveUpload(mediaType: WaMediaType, sha256: string, uploaded: UploadedMedia): Promise<void>;
}

/** A received file could not be had. */
export class MediaFetchError extends Error {
  override readonly name = 'MediaFetchError';

  constructor(
    readonly problem: MediaProblem,
    /** `later`: another attempt may do. `gone`: WhatsApp keeps it no longer, the phone may. `never`: no attempt will. */
    readonly hope: 'later' | 'gone' | 'never',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
