import type { Bus } from '@multiwa/bus';
import { outboundContentSchema } from '@multiwa/contracts';
import { acceptMessages, acceptTogether, countQueued, type Database, type MessagesRepository } from '@multiwa/db';
import type { Logger, Metrics } from '@multiwa/runtime';
import type { Stops } from '../stops.js';
import { type Acceptor, commandOf, startAcceptor } from './acceptor.js';
import { startCommandPublisher } from './command-publisher.js';
import { startConfirmations } from './confirmations.js';
import { makeQueueBound, type QueueBound } from './queue-bound.js';

export interface AcceptingDeps {
  database: Database;
  bus: Bus;
  messages: MessagesRepository;
  /** Messages of one profile that may wait. */
  queueLimit: number;
  metrics: Metrics;
  logger: Logger;
  /** Told of notes that could not be written; the sweep makes up for them. */
  onError(error: unknown): void;
  stops: Stops;
}

/** All that stands between a send that was found in order and its answer. */
export function startAccepting(deps: AcceptingDeps): { acceptor: Acceptor; queueBound: QueueBound } {
  const { database, bus, messages, queueLimit, metrics, logger, onError, stops } = deps;
  const confirmations = startConfirmations({ messages, onError });
  stops.add(() => confirmations.stop());
  const publisher = startCommandPublisher({
    bus,
    unconfirmed: async (profileId, limit) =>
      (await messages.uncommanded(profileId, limit)).map((row) =>
        commandOf({ ...row, content: outboundContentSchema.parse(row.content) }),
      ),
    confirmed: confirmations.note,
    confirmedNow: confirmations.noteNow,
    logger,
  });
  stops.add(() => publisher.stop());
  const accepted = metrics.counter('messages_accepted_total', 'Sends that were made durable.');
  const acceptor = startAcceptor({
    async insert(batch) {
      const ids = await acceptMessages(database, batch);
      accepted.inc(ids.size);
      return ids;
    },
    async insertTogether(messages) {
      const inserted = await acceptTogether(database, messages);
      if (inserted) accepted.inc(messages.length);
      return inserted;
    },
    publisher,
  });
  stops.add(() => acceptor.stop());
  const count = (...asked: [readonly string[], number]) => countQueued(database.pool, ...asked);
  return { acceptor, queueBound: makeQueueBound({ count, limit: queueLimit }) };
}
