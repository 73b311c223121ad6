import type { Network } from '../../model/network.js';
import { childOf } from '../../model/node.js';
import { type BinaryNode, iqError, iqResult } from '../../model/server-node.js';
import type { Connection } from '../connection.js';
import { activate } from '../drain.js';
import type { Pairing } from '../pairing.js';
import { answerAppState } from './app-state.js';
import { answerChannels } from './channels.js';
import { answerCompanion } from './companion.js';
import { answerEncrypt } from './encrypt.js';
import { answerGroups } from './groups.js';
import { answerMedia } from './media.js';
import { answerMex } from './mex.js';
import { answerBusiness, answerDisappearing, answerPicture, answerStatus } from './profile.js';
import type { Query } from './query.js';
import { answerBlocklist, answerPrivacy, answerProps } from './settings.js';
import { answerUsync } from './usync.js';

/** Answers a query; returns false when it does not know this form of it. */
type IqHandler = (query: Query) => boolean;

const HANDLERS: Record<string, IqHandler> = {
  encrypt: answerEncrypt,
  usync: answerUsync,
  md: answerCompanion,
  privacy: answerPrivacy,
  blocklist: answerBlocklist,
  abt: answerProps,
  'w:sync:app:state': answerAppState,
  'w:profile:picture': answerPicture,
  'w:biz': answerBusiness,
  'w:g2': answerGroups,
  'w:m': answerMedia,
  'w:mex': answerMex,
  newsletter: answerChannels,
  status: answerStatus,
  disappearing_mode: answerDisappearing,
  passive: ({ network, connection, node }) => {
    if (childOf(node, 'active')) activate(network, connection, node);
    else connection.send(iqResult(node));
    return true;
  },
  'w:p': answerEmpty,
  'w:stats': answerEmpty,
  'urn:xmpp:whatsapp:dirty': answerEmpty,
};

function answerEmpty({ connection, node }: Query): boolean {
  connection.send(iqResult(node));
  return true;
}

/** Routes a query by its namespace; what nobody knows is refused with 501 and listed, since silence costs a client 60 s. */
export function handleIq(network: Network, pairing: Pairing, connection: Connection, node: BinaryNode): void {
  const { type, xmlns } = node.attrs;
  if (type === 'result' || type === 'error') {
    if (childOf(node, 'pair-device-sign')) pairing.confirm(connection, node);
    return;
  }
  const handler = HANDLERS[xmlns ?? ''];
  if (handler?.({ network, pairing, connection, node })) return;
  network.unknown.record(node, connection.account?.phone);
  connection.send(iqError(node, 501, 'feature-not-implemented'));
}
