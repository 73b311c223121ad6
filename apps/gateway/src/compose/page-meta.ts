import { Parser } from 'htmlparser2';

/** What a page says of itself for those who link to it. */
export interface PageMeta {
  title: string | undefined;
  description: string | undefined;
  image: string | undefined;
}

const MAX_TITLE = 300;
const MAX_DESCRIPTION = 1_000;

/** Reads a page's Open Graph words, or else its title and description. */
export function readPage(html: string): PageMeta {
  const found = new Map<string, string>();
  let title: string | undefined;
  const parser = new Parser({
    onopentag(name, { property, name: named, content }) {
      if (name === 'title') title ??= '';
      const key = (property ?? named)?.toLowerCase();
      if (name === 'meta' && key && content && !found.has(key)) found.set(key, content);
    },
    ontext(text) {
      if (title !== undefined && !found.has('title')) title += text;
    },
    onclosetag(name) {
      if (name === 'title' && title !== undefined) found.set('title', title);
      if (name === 'head') parser.pause();
    },
  });
  parser.write(html);
  parser.end();
  return {
    title: shortened(found.get('og:title') ?? found.get('title'), MAX_TITLE),
    description: shortened(found.get('og:description') ?? found.get('description'), MAX_DESCRIPTION),
    image: found.get('og:image'),
  };
}

function shortened(text: string | undefined, most: number): string | undefined {
  const plain = text?.replace(/\s+/g, ' ').trim();
  return plain ? plain.slice(0, most) : undefined;
}
