import { childOf } from '../../model/node.js';
import { iqResult } from '../../model/server-node.js';
import type { Query } from './query.js';

const TTL_SECONDS = '3600';

/** Where files are uploaded to and downloaded from, and the permission to upload. */
export function answerMedia({ network, connection, node }: Query): boolean {
  const { media } = network;
  if (!childOf(node, 'media_conn') || !media) return false;
  const { auth, hostname } = media.connection();
  const attrs = { auth, ttl: TTL_SECONDS, auth_ttl: TTL_SECONDS, max_buckets: '12' };
  const host = { tag: 'host', attrs: { hostname, type: 'primary' } };
  connection.send(iqResult(node, [{ tag: 'media_conn', attrs, content: [host] }]));
  return true;
}
