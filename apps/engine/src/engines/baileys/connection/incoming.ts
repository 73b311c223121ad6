import type { OutboundContent } from '@multiwa/contracts';
import { type BinaryNode, jidDecode, jidNormalizedUser } from '@whiskeysockets/baileys';
import { KeyedLock } from '../../../keyed-lock.js';
import { isChannel, isGroup } from '../addresses.js';
import type { ChannelsOverBaileys } from '../channels/channels-over-baileys.js';
import { readReadElsewhere } from '../chat-changes.js';
import type { GroupBook } from '../groups/group-book.js';
import { readReceipt } from '../read-receipt.js';
import { isRetryReceipt, resend } from '../resend.js';
import type { StanzaIndex } from '../signal-repository.js';
import type { ChangeTeller } from './change-teller.js';
import type { ConnectionContext } from './context.js';
import type { InHand } from './in-hand.js';
import type { Outgoing } from './outgoing.js';
import type { Uploads } from './uploads.js';

/** Hands a stanza to the library. */
type Pass = (node: BinaryNode) => Promise<unknown>;

interface Dependencies {
  context: ConnectionContext;
  stanzas: StanzaIndex;
  groups: GroupBook;
  channels: ChannelsOverBaileys;
  uploads: Uploads;
  outgoing: Pick<Outgoing, 'afterSends'>;
  changes: ChangeTeller;
  inHand: InHand;
}

/**
 * The stanzas that the library confirms to WhatsApp: messages, notifications and receipts. Each is taken here before the library
 * has it, so that what follows from it is durable before it is confirmed.
 */
export class Incoming {
  readonly #dependencies: Dependencies;
  /**
   * The library begins with the messages of one sender side by side, and what it looks up first for a new one lets the second
   * message overtake the first.
   */
  readonly #senders = new KeyedLock();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** To be called once, before anything comes in. */
  listen(): void {
    this.#intercept('CB:message', (node, pass) => this.#onMessage(node, pass));
    this.#intercept('CB:notification', (node, pass) => this.#onNotification(node, pass));
    this.#intercept('CB:receipt', (node, pass) => this.#onReceipt(node, pass));
  }

  /** Puts our handling of a kind of stanza in front of the library's, which `pass` runs. */
  #intercept(event: string, handle: (node: BinaryNode, pass: Pass) => Promise<unknown>): void {
    const { context, inHand } = this.#dependencies;
    const { sock, lifetime, callbacks } = context;
    const library = sock.ws.listeners(event);
    sock.ws.removeAllListeners(event);
    const pass: Pass = (node) => Promise.all(library.map((listener) => listener(node)));
    sock.ws.on(event, (node: BinaryNode) => {
      // What is not confirmed WhatsApp hands to the next connection.
      if (lifetime.resting) return;
      callbacks.heard('stanza');
      inHand.while(event, handle(node, pass));
    });
  }

  #onMessage(stanza: BinaryNode, pass: Pass): Promise<void> {
    const { context, stanzas, groups, channels } = this.#dependencies;
    const { lifetime } = context;
    // Of those that waited for us the library makes a queue that a fresh one would overtake; ours keeps the order of both.
    const { offline, ...attrs } = stanza.attrs;
    const node = { ...stanza, attrs };
    stanzas.add(node);
    // What is left when the socket closes is not confirmed: WhatsApp hands it to the next connection.
    return this.#senders.run(jidNormalizedUser(attrs.from), async () => {
      if (lifetime.over || lifetime.resting) return;
      if (isChannel(attrs.from)) {
        await channels.take(node);
        if (!lifetime.over) await pass(node);
        return;
      }
      if (attrs.from !== undefined && isGroup(attrs.from)) groups.meet(attrs.from);
      if (offline === undefined || !(await this.#confirmAgain(node))) await pass(node);
    });
  }

  /**
   * What was received before a crash, but not confirmed, waits for us again. It cannot be decrypted twice: it is confirmed,
   * as the library confirms what it could read while it is not shown as online.
   * @returns whether it was
   */
  async #confirmAgain({ attrs: { id, from, participant, category } }: BinaryNode): Promise<boolean> {
    const { sock, session, logger, self } = this.#dependencies.context;
    const { phone, lid } = self();
    const user = jidDecode(participant ?? from)?.user;
    const isOrdinary = category === undefined && user !== phone && user !== lid;
    if (id === undefined || from === undefined || !isOrdinary || !(await session.inbox.has(id))) return false;
    await sock.sendReceipt(jidNormalizedUser(from), participant, [id], 'inactive');
    logger.info({ waMessageId: id }, 'WhatsApp delivered a message again');
    return true;
  }

  async #onNotification(node: BinaryNode, pass: Pass): Promise<void> {
    const { context, groups, channels } = this.#dependencies;
    const { type } = node.attrs;
    if (type === 'w:gp2') await groups.take(node);
    if (type === 'picture') await groups.takePicture(node);
    if (type === 'mex') channels.doubt();
    const isOfChannel = type === 'newsletter';
    if (isOfChannel) await channels.takeNotification(node);
    // The library knows little of what stands in those, and has to confirm them only.
    if (!context.lifetime.over) await pass(isOfChannel ? { ...node, content: undefined } : node);
  }

  /**
   * What a receipt says is durable before the library confirms it to WhatsApp, and who asks for a message again gets a
   * well-formed one.
   */
  async #onReceipt(node: BinaryNode, pass: Pass): Promise<void> {
    const { context, outgoing, changes } = this.#dependencies;
    const { creds, callbacks, lifetime, complete, self } = context;
    if (isRetryReceipt(node)) return this.#sendAgain(node, pass);
    const readElsewhere = readReadElsewhere(node, creds.me);
    if (readElsewhere) await changes.tell([readElsewhere]);
    const updates = await readReceipt(node, self(), complete);
    await outgoing.afterSends(updates);
    if (updates.length > 0) await callbacks.receipts(updates);
    if (!lifetime.over) await pass(node);
  }

  async #sendAgain(node: BinaryNode, pass: Pass): Promise<void> {
    const { context, groups, uploads } = this.#dependencies;
    const { sock, session, complete, logger } = context;
    // Of those that waited for us the library makes a queue, whose end nobody is told.
    const { offline: _, ...attrs } = node.attrs;
    await pass({ ...node, attrs });
    const upload = (content: OutboundContent) => uploads.of(content, true);
    const sent = await resend(sock, session, { groups, complete }, node, upload);
    logger.info({ waMessageId: attrs.id, sent }, 'A recipient asked for a message again');
  }
}
