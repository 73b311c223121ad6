import type { OutboundContent, UploadedMedia } from '@multiwa/contracts';
import type { OutboundFiles } from '../../media.js';
import type { UploadRoute } from '../media-put.js';
import { uploadMedia, uploadOf, waMediaTypeOf } from '../media-upload.js';

/** The files of messages that are about to be sent, on their way to WhatsApp's hosts. */
export class Uploads {
  readonly #files: OutboundFiles;
  readonly #route: UploadRoute;
  /** What WhatsApp gave for them. */
  readonly #uploaded = new WeakMap<OutboundContent, UploadedMedia>();
  /** By file: what two messages of different chats carry is uploaded for both at once. */
  readonly #uploading = new Map<string, Promise<UploadedMedia>>();

  constructor(files: OutboundFiles, route: UploadRoute) {
    this.#files = files;
    this.#route = route;
  }

  /**
   * Undefined where the message carries no file.
   * @param forResend an earlier upload serves whatever its age: there may be no file any more to upload anew
   */
  async of(content: OutboundContent, forResend = false): Promise<UploadedMedia | undefined> {
    const file = uploadOf(content);
    if (!file) return undefined;
    const known = this.#uploaded.get(content);
    const key = `${waMediaTypeOf(file)} ${file.media.sha256}`;
    const begin = () => {
      const uploading = uploadMedia(file, { files: this.#files, route: this.#route }, forResend);
      this.#uploading.set(key, uploading);
      const ended = () => this.#uploading.delete(key);
      uploading.then(ended, ended);
      return uploading;
    };
    const uploaded = known ?? (await (this.#uploading.get(key) ?? begin()));
    this.#uploaded.set(content, uploaded);
    return uploaded;
  }
}
