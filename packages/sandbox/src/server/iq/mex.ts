import { QueryIds, XWAPaths } from '@whiskeysockets/baileys';
import { childOf } from '../../model/node.js';
import { timelockOf } from '../../model/restriction.js';
import { iqResult } from '../../model/server-node.js';
import { answerChannelQuery } from './channels.js';
import type { Query } from './query.js';

/** GraphQL over IQ: how an account stands with the network, and channels. */
export function answerMex(query: Query): boolean {
  const { connection, node } = query;
  const { account } = connection;
  if (!account || childOf(node, 'query')?.attrs.query_id !== QueryIds.REACHOUT_TIMELOCK)
    return answerChannelQuery(query);
  const data = { [XWAPaths.xwa2_fetch_account_reachout_timelock]: timelockOf(account) };
  connection.send(iqResult(node, [{ tag: 'result', attrs: {}, content: Buffer.from(JSON.stringify({ data })) }]));
  return true;
}
