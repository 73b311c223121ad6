import type { Network } from '../model/network.js';
import { childOf } from '../model/node.js';
import { type BinaryNode, iqResult, SERVER_NODE } from '../model/server-node.js';
import type { Connection } from './connection.js';

const BATCH_ANSWER_TIMEOUT_MS = 2_000;

/**
 * `active` ends a companion's log-in: it is told how much waits, gets all of that marked `offline`, and is told that this
 * was all. From then on stanzas reach it as they come.
 */
export function activate(network: Network, connection: Connection, query: BinaryNode): void {
  const { account, device } = connection;
  if (!account || device === undefined) return;
  connection.send(iqResult(query));
  const companion = account.companions.get(device);
  if (!companion) return;
  network.onCompanionActive(account, companion);
  const counts = account.outbox(device).countByTag();
  const waiting = account.outbox(device).size;
  if (waiting === 0) {
    goLive(network, connection);
    return;
  }
  connection.send({
    tag: 'ib',
    attrs: { from: SERVER_NODE.jid },
    content: [
      {
        tag: 'offline_preview',
        attrs: {
          count: waiting.toString(),
          message: (counts.message ?? 0).toString(),
          receipt: (counts.receipt ?? 0).toString(),
          notification: (counts.notification ?? 0).toString(),
          appdata: '0',
        },
      },
    ],
  });
  // A client that never asks for its batch is served anyway.
  connection.onOfflineBatch = () => {
    clearTimeout(timer);
    connection.onOfflineBatch = undefined;
    if (connection.isOpen) handOver(network, connection);
  };
  const timer = setTimeout(() => connection.onOfflineBatch?.(), BATCH_ANSWER_TIMEOUT_MS);
  timer.unref();
}

/** The client's `<ib>`: only the request for the offline batch means anything here. */
export function handleInfo(connection: Connection, node: BinaryNode): void {
  if (childOf(node, 'offline_batch')) connection.onOfflineBatch?.();
}

function handOver(network: Network, connection: Connection): void {
  const { account, device } = connection;
  if (!account || device === undefined) return;
  const cut = network.faults.applyDrainCut(connection.peer);
  const outbox = account.outbox(device);
  outbox.rewind();
  let sent = 0;
  for (const { node } of outbox.takeUnsent()) {
    connection.send({ ...node, attrs: { ...node.attrs, offline: sent.toString() } });
    sent += 1;
  }
  if (cut !== undefined) {
    // What comes meanwhile stays in the queue: the connection is about to break.
    const { rule, afterReceipts } = cut;
    const touch = { rule, action: 'cut-offline-drain' };
    network.trace.note(connection.id, connection.peer, `cut after ${afterReceipts} receipts`, touch);
    connection.cutAfterReceipts = afterReceipts;
    if (afterReceipts === 0) connection.reset();
    return;
  }
  connection.send({
    tag: 'ib',
    attrs: { from: SERVER_NODE.jid },
    content: [{ tag: 'offline', attrs: { count: sent.toString() } }],
  });
  startPumping(connection);
}

function goLive(network: Network, connection: Connection): void {
  const { account, device } = connection;
  if (!account || device === undefined) return;
  network.trace.note(connection.id, connection.peer, 'live');
  account.outbox(device).rewind();
  connection.send({
    tag: 'ib',
    attrs: { from: SERVER_NODE.jid },
    content: [{ tag: 'offline', attrs: { count: '0' } }],
  });
  startPumping(connection);
}

function startPumping(connection: Connection): void {
  const { account, device } = connection;
  if (!account || device === undefined) return;
  connection.live = true;
  connection.pump = () => {
    if (!connection.live) return;
    for (const { node } of account.outbox(device).takeUnsent()) connection.send(node);
  };
  connection.pump();
}

/** Counts a receipt towards the cut of the hand-over, and cuts when it is time. */
export function countDrainReceipt(connection: Connection): void {
  if (connection.cutAfterReceipts === undefined) return;
  connection.cutAfterReceipts -= 1;
  if (connection.cutAfterReceipts <= 0) connection.reset();
}
