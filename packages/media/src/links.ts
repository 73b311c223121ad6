import type { Content, Media, StoredMedia } from '@multiwa/contracts';
import type { Cipher } from '@multiwa/runtime';

const DAY_SECONDS = 86_400;
const PURPOSE = 'multiwa media links';

export interface MediaLinks {
  /** A link that opens one file without a key until it expires. */
  linkTo(mediaId: string): { url: string; expiresAt: Date };
  /** Whether this is a link of ours that has not expired. */
  opens(mediaId: string, expires: number, signature: string): boolean;
  /** Media as customers see it. */
  show(media: StoredMedia): Media;
  /** Content as customers see it: with a link where it carries media. */
  showContent<C extends Content>(content: C): C;
}

interface Options {
  publicUrl: string;
  /** Signs with a key that is derived from the encryption key; links of older keys open while those are known. */
  cipher: Pick<Cipher, 'sign' | 'verify'>;
  /** A link opens for at least so long. */
  hours: number;
  now?(): number;
}

/**
 * Makes and checks links to media. All links to a file that are made on one day are the same, so that whoever stores or
 * caches one meets it again.
 */
export function makeMediaLinks({ publicUrl, cipher, hours, now = Date.now }: Options): MediaLinks {
  const base = publicUrl.replace(/\/+$/, '');
  const links: MediaLinks = {
    linkTo(mediaId) {
      const earliest = Math.floor(now() / 1_000) + hours * 3_600;
      const expires = Math.ceil(earliest / DAY_SECONDS) * DAY_SECONDS;
      const signature = cipher.sign(PURPOSE, `${mediaId}.${expires}`);
      const url = `${base}/api/v1/media/${mediaId}/content?expires=${expires}&signature=${signature}`;
      return { url, expiresAt: new Date(expires * 1_000) };
    },
    opens: (mediaId, expires, signature) =>
      expires * 1_000 > now() && cipher.verify(PURPOSE, `${mediaId}.${expires}`, signature),
    show: (media) => ({ ...media, url: media.state === 'EXPIRED' ? null : links.linkTo(media.id).url }),
    showContent: (content) =>
      'media' in content && content.media ? { ...content, media: links.show(content.media as StoredMedia) } : content,
  };
  return links;
}
