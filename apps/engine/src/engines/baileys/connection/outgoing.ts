import { BlobMissingError } from '@multiwa/media';
import { traced } from '@multiwa/runtime';
import type { BinaryNode } from '@whiskeysockets/baileys';
import type { OutboundMessage, ReceiptUpdate, SendOutcome } from '../../engine.js';
import { Acks } from '../acks.js';
import { isChannel, isGroup } from '../addresses.js';
import type { ChannelsOverBaileys } from '../channels/channels-over-baileys.js';
import { toProto } from '../converters/index.js';
import { labelOf } from '../converters/stanza.js';
import type { GroupBook } from '../groups/group-book.js';
import { doubtGroup, prepareGroup } from '../groups/prepare-group.js';
import type { Sent } from '../signal-keys.js';
import { audienceOf, meetAudience } from '../status/audience.js';
import type { ConnectionContext } from './context.js';
import type { Uploads } from './uploads.js';

interface Dependencies {
  context: ConnectionContext;
  groups: GroupBook;
  channels: ChannelsOverBaileys;
  uploads: Uploads;
}

/** What is sent over one connection, each message until WhatsApp's ack. */
export class Outgoing {
  readonly #dependencies: Dependencies;
  readonly #acks = new Acks();
  /** Sends that have not ended, or only in this turn. */
  readonly #sending = new Map<string, Promise<SendOutcome>>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const { ws } = dependencies.context.sock;
    ws.on('CB:ack,class:message', (node: BinaryNode) => this.#acks.settle(node));
  }

  /** See `Connection.send`. @throws ConnectionLostError */
  send(message: OutboundMessage): Promise<SendOutcome> {
    const { waMessageId } = message;
    const sending = isChannel(message.chat) ? this.#post(message) : this.#send(message);
    this.#sending.set(waMessageId, sending);
    const ended = () => setImmediate(() => this.#sending.delete(waMessageId));
    sending.then(ended, ended);
    return sending;
  }

  /** See `Connection.prepare`. @throws ConnectionLostError */
  async prepare({ chat, content }: Pick<OutboundMessage, 'chat' | 'content'>) {
    const { context, channels, uploads } = this.#dependencies;
    const { lifetime } = context;
    lifetime.check();
    try {
      if (isChannel(chat)) await channels.prepare(content);
      else await uploads.of(content);
      return undefined;
    } catch (error) {
      lifetime.checkAfter(error);
      if (error instanceof BlobMissingError) return { kind: 'failed', code: 'media_gone', detail: null } as const;
      const detail = error instanceof Error ? error.message : String(error);
      return { kind: 'retry', detail } as const;
    }
  }

  /** WhatsApp acks a message before anybody has it; a receipt that comes with the ack is told after it. */
  async afterSends(updates: readonly ReceiptUpdate[]): Promise<void> {
    const sends = updates.flatMap(({ waMessageId }) => this.#sending.get(waMessageId) ?? []);
    if (sends.length === 0) return;
    await Promise.allSettled(sends);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** The socket is over: no ack will come. */
  lost(): void {
    this.#acks.lost();
  }

  async #post(message: OutboundMessage): Promise<SendOutcome> {
    const { chat, content } = message;
    const { context, channels } = this.#dependencies;
    const refusal = await channels.refusal(chat, content);
    context.lifetime.check();
    if (refusal) return refusal;
    const outcome = await this.#untilAcked(message, () => channels.post(message));
    if (outcome.kind === 'failed') channels.forget(chat);
    return outcome;
  }

  async #send(message: OutboundMessage): Promise<SendOutcome> {
    const { waMessageId, chat } = message;
    const { context, groups } = this.#dependencies;
    const { lifetime, logger } = context;
    lifetime.check();
    const group = isGroup(chat) ? await prepareGroup(groups, chat, context.self()) : undefined;
    lifetime.check();
    if (group && 'kind' in group) return group;
    let sent: Sent | undefined;
    const outcome = await this.#untilAcked(message, async (acked) => {
      sent = await this.#relay(message, acked, group !== undefined);
      if (!sent.held) logger.error({ waMessageId }, 'A message left before its state was stored');
    });
    if (!group) return outcome;
    if (outcome.kind !== 'sent') {
      doubtGroup(groups, chat, outcome);
      return outcome;
    }
    // Unremembered, the key is sent once more.
    sent?.remember().catch((error: unknown) => logger.info({ err: error, chat }, 'Who has the key was not stored'));
    return { ...outcome, recipients: group.recipients };
  }

  /**
   * Writes a message to the socket by `write` and waits for WhatsApp's ack, which rejects `acked` when the socket is over. What
   * the library throws before the message has left is an outcome.
   */
  async #untilAcked(
    { waMessageId }: OutboundMessage,
    write: (acked: Promise<SendOutcome>) => Promise<void>,
  ): Promise<SendOutcome> {
    const { session, lifetime } = this.#dependencies.context;
    const acked = this.#acks.wait(waMessageId);
    acked.catch(() => undefined);
    try {
      await write(acked);
      this.#acks.left(waMessageId);
      session.at('send.after-wire');
    } catch (error) {
      this.#acks.forget(waMessageId);
      lifetime.checkAfter(error);
      return outcomeOfThrow(error);
    }
    return waitForAck(acked);
  }

  /** Encrypts a message and writes it to the socket. Rejects early when `acked` does: the socket is over. */
  async #relay(
    { waMessageId, ...message }: OutboundMessage,
    acked: Promise<SendOutcome>,
    toGroup: boolean,
  ): Promise<Sent> {
    const { chat, content } = message;
    const { context, groups, uploads } = this.#dependencies;
    const { sock, creds, keys } = context;
    const statusJidList = audienceOf(chat, content, creds.me?.id);
    if (statusJidList) await meetAudience(sock, statusJidList);
    const { attributes, nodes } = labelOf(content);
    const labels = { messageId: waMessageId, additionalAttributes: attributes, additionalNodes: nodes };
    const options = { ...labels, ...(statusJidList && { statusJidList }) };
    const uploaded = await uploads.of(content);
    const encoded = toProto(content, { ...message, self: context.self() }, uploaded);
    const relay = () => sock.relayMessage(chat, encoded, options);
    const send = () => traced('encrypt and send', {}, () => keys.sending(relay));
    return unlessRejected(toGroup ? groups.exclusively(chat, send) : send(), acked);
  }
}

/** What `work` resolves with, unless `other` rejects first. Leaves nothing behind with either. */
function unlessRejected<T>(work: Promise<T>, other: Promise<unknown>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    work.then(resolve, reject);
    other.catch(reject);
  });
}

function waitForAck(acked: Promise<SendOutcome>): Promise<SendOutcome> {
  return traced('wait for ack', {}, async (span) => {
    const outcome = await acked;
    if (outcome.kind !== 'sent') span?.end(outcome.kind === 'failed' ? outcome.code : outcome.kind);
    return outcome;
  });
}

/** What the library throws before the message has left. */
function outcomeOfThrow(error: unknown): SendOutcome {
  const detail = error instanceof Error ? error.message : String(error);
  // No device answered with keys: WhatsApp knows nobody under the address.
  if (detail === 'All encryptions failed') return { kind: 'failed', code: 'recipient_unknown', detail: null };
  return { kind: 'retry', detail };
}
