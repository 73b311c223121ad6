import type { HistoryMessage } from '@multiwa/contracts';

/** What is to be seen once is told of, and its file cannot be asked for later either, unless the operator wants such files kept. */
export function asOld(message: HistoryMessage, storeViewOnce: boolean): HistoryMessage {
  const { content } = message;
  if (storeViewOnce || !('media' in content) || !content.viewOnce) return message;
  const { source: _unused, ...media } = content.media;
  const told = { ...media, state: 'EXPIRED' as const, problem: 'view_once' as const };
  return { ...message, content: { ...content, media: told } } as HistoryMessage;
}
