import type { Content } from '@multiwa/contracts';
import type { MediaLinks } from '@multiwa/media';
import type { FastifyInstance } from 'fastify';

/** Content is stored without links, since they expire: every answer that shows messages gets them here. */
export function installMediaLinks(app: FastifyInstance, links: MediaLinks): void {
  app.addHook('preSerialization', async (_request, _reply, payload) => withLinks(payload, links));
}

function withLinks(payload: unknown, links: MediaLinks): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  if ('items' in payload && Array.isArray(payload.items)) {
    return { ...payload, items: payload.items.map((item) => withLinks(item, links)) };
  }
  if ('parts' in payload && Array.isArray(payload.parts)) {
    return { ...payload, parts: payload.parts.map((part) => withLinks(part, links)) };
  }
  const { content } = payload as { content?: unknown };
  if (typeof content !== 'object' || content === null || !('media' in content)) return payload;
  return { ...payload, content: links.showContent(content as Content) };
}
