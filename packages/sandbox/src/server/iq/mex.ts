import { QueryIds, XWAPaths } from '@whiskeysockets/baileys';
import type { Account } from '../../model/account.js';
import { cappingInfoOf } from '../../model/new-chat-cap.js';
import { childOf } from '../../model/node.js';
import { timelockOf } from '../../model/restriction.js';
import { iqResult } from '../../model/server-node.js';
import { answerChannelQuery } from './channels.js';
import type { Query } from './query.js';

const standings: Readonly<Record<string, (account: Account) => Record<string, unknown>>> = {
  [QueryIds.REACHOUT_TIMELOCK]: (account) => ({ [XWAPaths.xwa2_fetch_account_reachout_timelock]: timelockOf(account) }),
  [QueryIds.MESSAGE_CAPPING_INFO]: (account) => ({ [XWAPaths.xwa2_message_capping_info]: cappingInfoOf(account) }),
};

/** GraphQL over IQ: how an account stands with the network, and channels. */
export function answerMex(query: Query): boolean {
  const { connection, node } = query;
  const { account } = connection;
  const { query_id: queryId = '' } = childOf(node, 'query')?.attrs ?? {};
  const data = account && standings[queryId]?.(account);
  if (!data) return answerChannelQuery(query);
  connection.send(iqResult(node, [{ tag: 'result', attrs: {}, content: Buffer.from(JSON.stringify({ data })) }]));
  return true;
}
