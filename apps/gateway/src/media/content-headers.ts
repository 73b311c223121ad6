import contentDisposition from 'content-disposition';

/** Types that a browser may show; everything else it saves. SVG and HTML are not among them: they run scripts. */
const shown = /^(image\/(jpeg|png|webp|gif)|video\/(mp4|webm|3gpp|quicktime)|audio\/[\w.+-]+|application\/pdf)(;|$)/;

/**
 * The headers of a file that somebody else made, served from our own address: its type is not guessed, nothing in it runs, and
 * it is only shown where that is harmless.
 */
export function contentHeaders(file: { mimeType: string; fileName: string | null; isDownload: boolean }) {
  const { mimeType, fileName, isDownload } = file;
  const type = shown.test(mimeType) && !isDownload ? 'inline' : 'attachment';
  return {
    'content-type': mimeType,
    'content-disposition': contentDisposition(fileName ?? undefined, { type }),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'cross-origin',
    // The bytes under an id never change.
    'cache-control': 'private, max-age=86400, immutable',
    'accept-ranges': 'bytes',
  };
}
