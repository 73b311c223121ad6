import type { OutboundContent, ParsedAlbum } from '@multiwa/contracts';
import type { ProfileScope } from '@multiwa/db';
import type { ResolveChat } from '../use-cases/addressing.js';
import type { KnownProfile } from '../use-cases/known-profile.js';
import { capabilityError } from './capability-error.js';
import { type FileDeps, makeComposeFile } from './compose-file.js';
import { makeComposeParts, type PartsDeps } from './compose-parts.js';

export interface ComposeAlbumDeps extends PartsDeps, FileDeps {
  resolveChat: ResolveChat;
}

/** An album in the words of an engine: first what announces it, then its files. */
export interface ComposedAlbum {
  chat: string;
  contents: OutboundContent[];
}

/**
 * Turns an album that a caller wrote into what is stored and sent; `albumId` is WhatsApp's id of what announces it.
 * @throws CodedError with a pointer to the field
 */
export function makeComposeAlbum(deps: ComposeAlbumDeps) {
  const composeParts = makeComposeParts(deps);
  const composeFile = makeComposeFile(deps);

  return async function composeAlbum(
    scope: ProfileScope,
    { engine }: Pick<KnownProfile, 'engine'>,
    { to, parts, quote, forwarded }: ParsedAlbum,
    albumId: string,
  ): Promise<ComposedAlbum> {
    const refused = capabilityError(engine, 'send.ALBUM', '#/parts');
    if (refused) throw refused;
    const chat = await deps.resolveChat(scope, to, '#/to');
    const { quote: quoted } = await composeParts(scope, chat, { quote });
    const mark = forwarded ? { forwarded } : {};
    const files: OutboundContent[] = [];
    // One after the other: what is fetched by URL would else take as many connections as an album has files.
    for (const [index, part] of parts.entries()) {
      const file = await composeFile(scope, part, `#/parts/${index}`);
      files.push({ ...file, ...mark, albumId, albumSize: parts.length });
    }
    const images = parts.filter(({ type }) => type === 'IMAGE').length;
    const album = { type: 'ALBUM', images, videos: parts.length - images, ...mark } as const;
    return { chat, contents: [{ ...album, ...(quoted && { quote: quoted }) }, ...files] };
  };
}
export type ComposeAlbum = ReturnType<typeof makeComposeAlbum>;
