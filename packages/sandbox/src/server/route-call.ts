import { randomBytes } from 'node:crypto';
import type { Account } from '../model/account.js';
import type { Call } from '../model/calls.js';
import type { Delivery, Network } from '../model/network.js';
import { type BinaryNode, childrenOf, stanzaTime } from '../model/node.js';
import type { Connection } from './connection.js';

/** Rings at every companion of somebody; resolves when it waits for them. */
export async function placeCall(network: Network, from: Account, to: Account, video: boolean): Promise<Call> {
  const id = randomBytes(16).toString('hex').toUpperCase();
  const call: Call = { id, from: from.phone, to: to.phone, video, status: 'ringing' };
  network.calls.set(id, call);
  const media: BinaryNode[] = [
    { tag: 'audio', attrs: { enc: 'opus', rate: '16000' } },
    ...(video ? [{ tag: 'video', attrs: {} }] : []),
  ];
  await tell(network, from, to, { tag: 'offer', attrs: creator(from, id), content: media });
  return call;
}

/** The caller hangs up, or gives up waiting. */
export async function endCall(network: Network, call: Call, reason: 'hangup' | 'timeout'): Promise<void> {
  const [from, to] = [network.directory.find(call.from), network.directory.find(call.to)];
  if (!from || !to || call.status !== 'ringing') return;
  call.status = 'ended';
  const attrs = { ...creator(from, call.id), ...(reason === 'timeout' ? { reason } : {}) };
  await tell(network, from, to, { tag: 'terminate', attrs });
}

/** A companion's word on a call. */
export function routeCall(network: Network, connection: Connection, node: BinaryNode): void {
  const { id = '', to = '' } = node.attrs;
  for (const child of childrenOf(node, 'reject')) {
    const call = network.calls.get(child.attrs['call-id'] ?? '');
    if (call && call.to === connection.account?.phone && call.status === 'ringing') call.status = 'rejected';
  }
  connection.send({ tag: 'ack', attrs: { class: 'call', id, from: to } });
}

function creator(from: Account, id: string): Record<string, string> {
  return { 'call-id': id, 'call-creator': from.jid('pn') };
}

function tell(network: Network, from: Account, to: Account, child: BinaryNode): Promise<void> {
  const deliveries = [...to.companions.keys()].map((device): Delivery => {
    const attrs = { id: network.stanzaId(), from: from.jid('pn'), t: stanzaTime() };
    return { account: to, device, node: { tag: 'call', attrs, content: [child] } };
  });
  return network.commit([], deliveries);
}
