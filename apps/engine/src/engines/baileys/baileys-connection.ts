import type { Agent } from 'node:https';
import {
  type ChatAction,
  CodedError,
  type Identity,
  type MediaSource,
  type OutboundContent,
  type ShownPresence,
  type UploadedMedia,
} from '@multiwa/contracts';
import type { DisconnectSign } from '@multiwa/domain';
import { BlobMissingError } from '@multiwa/media';
import { type FetchDispatcher, traced } from '@multiwa/runtime';
import {
  type AuthenticationCreds,
  type BinaryNode,
  type ConnectionState,
  jidDecode,
  jidNormalizedUser,
  type WACallEvent,
  type WASocket,
} from '@whiskeysockets/baileys';
import { Deferred } from '../../deferred.js';
import { KeyedLock } from '../../keyed-lock.js';
import type { Logger } from '../../logger.js';
import {
  type CallSeen,
  type ChannelCalls,
  CLOSE_TIMEOUT_MS,
  type Connection,
  type ConnectionCallbacks,
  ConnectionLostError,
  type GroupCalls,
  type OutboundMessage,
  type ReceiptUpdate,
  type SendOutcome,
  type Session,
  type TypingState,
} from '../engine.js';
import type { HistoryReader } from '../history.js';
import type { PeopleQueries } from '../people-queries.js';
import type { ProxyRoute } from '../proxy-route.js';
import { Acks } from './acks.js';
import { chatOf, identityOf, isChannel, isGroup, selfIdentity } from './addresses.js';
import { changeChat } from './change-chat.js';
import { ChannelsOverBaileys } from './channels/channels-over-baileys.js';
import { type NamedChange, readReadElsewhere, tapAppState } from './chat-changes.js';
import { type CompleteIdentity, completeFrom } from './complete-identity.js';
import { toProto } from './converters/index.js';
import { labelOf } from './converters/stanza.js';
import type { GroupBook } from './groups/group-book.js';
import { makeGroupCalls } from './groups/group-calls.js';
import { doubtGroup, prepareGroup } from './groups/prepare-group.js';
import { readHistoryOver } from './history/history-reader.js';
import { keepSessionData } from './history/session-data.js';
import { encodeCredentials } from './key-codec.js';
import { type Downloadable, downloadMedia } from './media-download.js';
import { type FindMediaHosts, makeMediaHosts } from './media-hosts.js';
import { requestMedia } from './media-request.js';
import { uploadMedia, uploadOf, waMediaTypeOf } from './media-upload.js';
import { peopleOverBaileys } from './people/people-over-baileys.js';
import { readPresence } from './presence.js';
import { readCall } from './read-call.js';
import { readReceipt } from './read-receipt.js';
import { readTimelock } from './read-timelock.js';
import { isRetryReceipt, resend } from './resend.js';
import type { Sent, SignalKeys } from './signal-keys.js';
import type { StanzaIndex } from './signal-repository.js';
import { audienceOf, meetAudience } from './status/audience.js';
import { breakSocket, closeInTime, failQueries } from './web-socket.js';

/** WhatsApp shows the first QR code for 60 s and each of the five after it for 20 s. */
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const QR_COUNT = 6;
const PAIRING_READY_MS = 15_000;
const LOGOUT_TIMEOUT_MS = 10_000;
/** For storing and confirming what has come in. */
const REST_TIMEOUT_MS = 2_000;
const PROBE_TIMEOUT_MS = 10_000;
const QR_EXHAUSTED = 'QR refs attempts ended';

type Pass = (node: BinaryNode) => Promise<unknown>;

interface Dependencies {
  sock: WASocket;
  creds: AuthenticationCreds;
  keys: SignalKeys;
  stanzas: StanzaIndex;
  groups: GroupBook;
  session: Session;
  callbacks: ConnectionCallbacks;
  logger: Logger;
  /** The proxy that the connection goes through. */
  proxy: Pick<ProxyRoute, 'problem' | 'close'> | undefined;
  /** How files are reached, and how long their hosts may be silent. */
  media: { dispatcher: FetchDispatcher | undefined; agent: Agent | undefined; idleTimeoutMs: number };
}

/** Whether a number is linked: a code that was only asked for leaves its number in the credentials too. */
export function isLinked(creds: AuthenticationCreds): boolean {
  return creds.account !== undefined && creds.me !== undefined;
}

/** One socket of the library, from its making to its end. */
export class BaileysConnection implements Connection {
  readonly people: PeopleQueries;
  readonly groups: GroupCalls;
  readonly channels: ChannelCalls;
  readonly history: HistoryReader;
  readonly #dependencies: Dependencies;
  readonly #channels: ChannelsOverBaileys;
  readonly #acks = new Acks();
  readonly #mediaHosts: FindMediaHosts;
  /**
   * The library begins with the messages of one sender side by side, and what it looks up first for a new one lets the second
   * message overtake the first.
   */
  readonly #senders = new KeyedLock();
  /** Sends that have not ended, or only in this turn. */
  readonly #sending = new Map<string, Promise<SendOutcome>>();
  /** What WhatsApp gave for the files of messages that are about to be sent. */
  readonly #uploaded = new WeakMap<OutboundContent, UploadedMedia>();
  /** By file: what two messages of different chats carry is uploaded for both at once. */
  readonly #uploading = new Map<string, Promise<UploadedMedia>>();
  readonly #pairingReady = new Deferred<void>();
  #qrCount = 0;
  #linkingEndsAt = 0;
  /** Stanzas being handled, until what follows from them is stored and confirmed. */
  readonly #inHand = new Set<Promise<void>>();
  /** Chats whose presence was asked for on this connection. */
  readonly #followed = new Set<string>();
  /** Changes of chats that were handed on. */
  #changesTold: Promise<void> = Promise.resolve();
  #resting = false;
  /** The WebSocket has opened: a proxy has done its part. */
  #isThrough = false;
  #over = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const { sock, creds, keys, stanzas, callbacks, groups } = dependencies;
    const complete = completeFrom(keys);
    this.#mediaHosts = makeMediaHosts(sock);
    this.people = peopleOverBaileys({ sock, self: () => creds.me && jidNormalizedUser(creds.me.id), complete });
    this.groups = makeGroupCalls({ sock, book: groups, complete });
    const { session, media } = dependencies;
    const { dispatcher } = media;
    this.#channels = new ChannelsOverBaileys({ sock, files: session.files, dispatcher, callbacks, at: session.at });
    this.channels = this.#channels.calls;
    this.history = this.#historyReader(complete);
    closeInTime(sock);
    sock.ws.on('open', () => {
      this.#isThrough = true;
    });
    sock.ws.on('unexpected-response', () => this.#onRefusal());
    sock.ws.on('frame', () => callbacks.heard('anything'));
    sock.ws.on('CB:ib,,dirty', (node: BinaryNode) => this.#onDirty(node));
    sock.ws.on('CB:notification,type:passkey_prologue_request', () => this.#onPasskey());
    sock.ev.on('connection.update', (update) => this.#onUpdate(update));
    sock.ev.on('creds.update', () => this.#saveCredentials());
    sock.ev.on('presence.update', (update) => this.#inHandWhile('presence', this.#onPresence(update)));
    sock.ev.on('call', (calls) => {
      callbacks.heard('stanza');
      for (const call of calls) this.#inHandWhile('call', this.#onCall(call));
    });
    tapAppState(sock.ev, (changes) => this.#inHandWhile('app state', this.#tellChanges(changes)));
    // The library tells of a message after it has sent the receipt.
    sock.ev.on('messages.upsert', () => dependencies.session.at('receive.after-receipt'));
    sock.ws.on('CB:ack,class:message', (node: BinaryNode) => this.#acks.settle(node));
    this.#intercept('CB:message', (stanza, pass) => {
      callbacks.heard('stanza');
      // Of those that waited for us the library makes a queue that a fresh one would overtake; ours keeps the order of both.
      const { offline: _, ...attrs } = stanza.attrs;
      const node = { ...stanza, attrs };
      stanzas.add(node);
      // What is left when the socket closes is not confirmed: WhatsApp hands it to the next connection.
      return this.#senders.run(jidNormalizedUser(attrs.from), async () => {
        if (this.#over || this.#resting) return;
        if (isChannel(attrs.from)) {
          await this.#channels.take(node);
          if (!this.#over) await pass(node);
          return;
        }
        if (attrs.from !== undefined && isGroup(attrs.from)) groups.meet(attrs.from);
        if (stanza.attrs.offline === undefined || !(await this.#confirmAgain(node))) await pass(node);
      });
    });
    this.#intercept('CB:notification', async (node, pass) => {
      callbacks.heard('stanza');
      if (node.attrs.type === 'w:gp2') await groups.take(node);
      if (node.attrs.type === 'picture') await groups.takePicture(node);
      if (node.attrs.type === 'mex') this.#channels.doubt();
      const isOfChannel = node.attrs.type === 'newsletter';
      if (isOfChannel) await this.#channels.takeNotification(node);
      // The library knows little of what stands in those, and has to confirm them only.
      if (!this.#over) await pass(isOfChannel ? { ...node, content: undefined } : node);
    });
    this.#intercept('CB:receipt', (node, pass) => {
      callbacks.heard('stanza');
      return this.#onReceipt(node, pass);
    });
  }

  send(message: OutboundMessage): Promise<SendOutcome> {
    const { waMessageId } = message;
    const sending = isChannel(message.chat) ? this.#post(message) : this.#send(message);
    this.#sending.set(waMessageId, sending);
    const ended = () => setImmediate(() => this.#sending.delete(waMessageId));
    sending.then(ended, ended);
    return sending;
  }

  async #post(message: OutboundMessage): Promise<SendOutcome> {
    const { waMessageId, chat, content } = message;
    const refusal = await this.#channels.refusal(chat, content);
    if (this.#over) throw new ConnectionLostError('The socket was closed.');
    if (refusal) return refusal;
    const acked = this.#acks.wait(waMessageId);
    acked.catch(() => undefined);
    try {
      await this.#channels.post(message);
      this.#acks.left(waMessageId);
      this.#dependencies.session.at('send.after-wire');
    } catch (error) {
      this.#acks.forget(waMessageId);
      if (this.#over) throw new ConnectionLostError('The socket was closed.', { cause: error });
      return outcomeOfThrow(error);
    }
    const outcome = await waitForAck(acked);
    if (outcome.kind === 'failed') this.#channels.forget(chat);
    return outcome;
  }

  async #send({ waMessageId, ...message }: OutboundMessage): Promise<SendOutcome> {
    const { chat, content } = message;
    const { sock, creds, keys, groups, logger } = this.#dependencies;
    if (this.#over) throw new ConnectionLostError('The socket is closed.');
    const group = isGroup(chat) ? await prepareGroup(groups, chat, this.#self()) : undefined;
    if (this.#over) throw new ConnectionLostError('The socket was closed.');
    if (group && 'kind' in group) return group;
    const acked = this.#acks.wait(waMessageId);
    acked.catch(() => undefined);
    let sent: Sent;
    try {
      const statusJidList = audienceOf(chat, content, creds.me?.id);
      if (statusJidList) await meetAudience(sock, statusJidList);
      const { attributes, nodes } = labelOf(content);
      const labels = { messageId: waMessageId, additionalAttributes: attributes, additionalNodes: nodes };
      const options = { ...labels, ...(statusJidList && { statusJidList }) };
      const uploaded = await this.#uploadedFor(content);
      const encoded = toProto(content, { ...message, self: this.#self() }, uploaded);
      const relay = () => sock.relayMessage(chat, encoded, options);
      const send = () => traced('encrypt and send', {}, () => keys.sending(relay));
      sent = await unlessRejected(group ? groups.exclusively(chat, send) : send(), acked);
      this.#acks.left(waMessageId);
      if (!sent.held) logger.error({ waMessageId }, 'A message left before its state was stored');
      this.#dependencies.session.at('send.after-wire');
    } catch (error) {
      this.#acks.forget(waMessageId);
      if (this.#over) throw new ConnectionLostError('The socket was closed.', { cause: error });
      return outcomeOfThrow(error);
    }
    const outcome = await waitForAck(acked);
    if (!group) return outcome;
    if (outcome.kind !== 'sent') {
      doubtGroup(groups, chat, outcome);
      return outcome;
    }
    // Unremembered, the key is sent once more.
    sent.remember().catch((error: unknown) => logger.info({ err: error, chat }, 'Who has the key was not stored'));
    return { ...outcome, recipients: group.recipients };
  }

  async changeChat(chat: string, action: ChatAction): Promise<void> {
    const { sock, keys } = this.#dependencies;
    if (this.#over) throw new ConnectionLostError('The socket is closed.');
    try {
      await changeChat(sock, keys, chat, action);
    } catch (error) {
      if (this.#over) throw new ConnectionLostError('The socket was closed.', { cause: error });
      throw error;
    }
  }

  async showPresence(chat: string | null, state: ShownPresence): Promise<void> {
    const { sock } = this.#dependencies;
    if (this.#over) throw new ConnectionLostError('The socket is closed.');
    if (chat === null) await sock.sendPresenceUpdate(state === 'online' ? 'available' : 'unavailable');
    else
      await sock.sendPresenceUpdate(
        state === 'typing' ? 'composing' : state === 'recording' ? 'recording' : 'paused',
        chat,
      );
  }

  async followPresence(chat: string, follow: boolean): Promise<void> {
    if (this.#over) throw new ConnectionLostError('The socket is closed.');
    if (!follow) this.#followed.delete(chat);
    if (!follow || this.#followed.has(chat)) return;
    this.#followed.add(chat);
    await this.#dependencies.sock.presenceSubscribe(chat);
  }

  async rejectCall({ waCallId, fromJid }: Pick<CallSeen, 'waCallId' | 'fromJid'>): Promise<void> {
    if (this.#over) throw new ConnectionLostError('The socket is closed.');
    await this.#dependencies.sock.rejectCall(waCallId, fromJid);
  }

  async showTyping(chat: string, state: TypingState): Promise<void> {
    if (this.#over) throw new ConnectionLostError('The socket is closed.');
    await this.#dependencies.sock.sendPresenceUpdate(state, chat);
  }

  async prepare({ chat, content }: Pick<OutboundMessage, 'chat' | 'content'>) {
    if (this.#over) throw new ConnectionLostError('The socket is closed.');
    try {
      if (isChannel(chat)) await this.#channels.prepare(content);
      else await this.#uploadedFor(content);
      return undefined;
    } catch (error) {
      if (this.#over) throw new ConnectionLostError('The socket was closed.', { cause: error });
      if (error instanceof BlobMissingError) return { kind: 'failed', code: 'media_gone', detail: null } as const;
      const detail = error instanceof Error ? error.message : String(error);
      return { kind: 'retry', detail } as const;
    }
  }

  downloadMedia(source: MediaSource, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#download(source, signal);
  }

  #download(source: Downloadable, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const hosts = async () => (await this.#mediaHosts()).hostnames;
    return downloadMedia(source, { hosts, ...this.#dependencies.media }, signal);
  }

  #historyReader(complete: CompleteIdentity): HistoryReader {
    const { sock, creds, keys } = this.#dependencies;
    return readHistoryOver({
      self: () => this.#self(),
      link: () => creds.me?.id,
      complete,
      keep: (pairs, chats) => keepSessionData(sock, keys, pairs, chats),
      download: (source, signal) => this.#download(source, signal),
    });
  }

  requestMedia(source: MediaSource, ended: AbortSignal): Promise<string | undefined> {
    return requestMedia(this.#dependencies.sock, source, ended);
  }

  /** Undefined where the message carries no file. */
  async #uploadedFor(content: OutboundContent, forResend = false): Promise<UploadedMedia | undefined> {
    const file = uploadOf(content);
    if (!file) return undefined;
    const { session, media } = this.#dependencies;
    const known = this.#uploaded.get(content);
    const route = { hosts: this.#mediaHosts, ...media };
    const key = `${waMediaTypeOf(file)} ${file.media.sha256}`;
    const begin = () => {
      const uploading = uploadMedia(file, { files: session.files, route }, forResend);
      this.#uploading.set(key, uploading);
      const ended = () => this.#uploading.delete(key);
      uploading.then(ended, ended);
      return uploading;
    };
    const uploaded = known ?? (await (this.#uploading.get(key) ?? begin()));
    this.#uploaded.set(content, uploaded);
    return uploaded;
  }

  async requestPairingCode(phone: string): Promise<{ code: string; expiresAt: Date }> {
    const { sock, creds } = this.#dependencies;
    if (isLinked(creds)) throw new CodedError('profile_already_linked');
    const ready = await this.#pairingReady.within(PAIRING_READY_MS);
    if (!ready || this.#over) throw new CodedError('profile_not_connected');
    const code = await sock.requestPairingCode(phone);
    return { code, expiresAt: new Date(this.#linkingEndsAt) };
  }

  async logout(): Promise<void> {
    const { sock, creds } = this.#dependencies;
    const jid = creds.me?.id;
    if (this.#over || jid === undefined) throw new ConnectionLostError('The socket is closed.');
    const node = {
      tag: 'iq',
      attrs: { to: '@s.whatsapp.net', type: 'set', xmlns: 'md', id: sock.generateMessageTag() },
      content: [{ tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }],
    };
    try {
      const answer: unknown = await sock.query(node, LOGOUT_TIMEOUT_MS);
      if (answer === undefined) throw new Error('WhatsApp did not answer in time.');
    } catch (error) {
      throw new ConnectionLostError('The logout was not confirmed.', { cause: error });
    }
    await this.close();
  }

  async rest(): Promise<void> {
    this.#resting = true;
    await inTime(Promise.all(this.#inHand), REST_TIMEOUT_MS);
  }

  probe(): void {
    const { sock } = this.#dependencies;
    const node = {
      tag: 'iq',
      attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p', id: sock.generateMessageTag() },
      content: [{ tag: 'ping', attrs: {} }],
    };
    sock.query(node, PROBE_TIMEOUT_MS).catch(() => undefined);
  }

  askRestriction(): void {
    const { sock, logger } = this.#dependencies;
    // The answer comes as an update of the connection, like WhatsApp's own word of a change.
    sock.fetchAccountReachoutTimelock().catch((error: unknown) => {
      if (!this.#over) logger.info({ detail: String(error) }, 'WhatsApp did not say whether the number is restricted');
    });
  }

  async close(): Promise<void> {
    await inTime(this.#dependencies.sock.end(undefined), CLOSE_TIMEOUT_MS);
    this.#end(null);
  }

  destroy(): void {
    breakSocket(this.#dependencies.sock);
    this.#end(null);
  }

  #self(): Identity {
    return selfIdentity(this.#dependencies.creds.me);
  }

  #onUpdate({ connection, qr, lastDisconnect, reachoutTimeLock }: Partial<ConnectionState>): void {
    if (this.#over) return;
    const { callbacks } = this.#dependencies;
    if (qr !== undefined) this.#onQr(qr);
    if (reachoutTimeLock) callbacks.restricted(readTimelock(reachoutTimeLock));
    if (connection === 'open') {
      callbacks.opened(this.#self());
      this.askRestriction();
      void this.#meetGroups();
    }
    if (connection === 'close') {
      const error = lastDisconnect?.error;
      const sign = error?.message === QR_EXHAUSTED ? 'qr_exhausted' : null;
      this.#end(statusCodeOf(error), this.#hasProxyFailed() ? 'proxy_unreachable' : sign);
    }
  }

  /**
   * Something on the way answered with a page instead of a WebSocket. The library hears of it and does nothing; and the page's
   * status is no code of WhatsApp's: 401 here is no logout.
   */
  #onRefusal(): void {
    const sign = this.#hasProxyFailed() ? 'proxy_unreachable' : null;
    breakSocket(this.#dependencies.sock);
    this.#end(null, sign);
  }

  #hasProxyFailed(): boolean {
    const problem = this.#isThrough ? undefined : this.#dependencies.proxy?.problem();
    if (problem !== undefined) this.#dependencies.logger.warn({ problem }, 'The proxy of the profile does not work');
    return problem !== undefined;
  }

  /** Of a number that was just linked nobody knows yet which groups it is in. */
  async #meetGroups(): Promise<void> {
    const { session, groups, logger } = this.#dependencies;
    try {
      if (!(await session.knowsGroups())) await groups.sync();
    } catch (error) {
      if (!this.#over) logger.info({ detail: String(error) }, 'WhatsApp did not say which groups the number is in');
    }
  }

  /** Groups changed in ways of which WhatsApp has kept no notifications for us. */
  #onDirty({ content }: BinaryNode): void {
    const { groups, logger } = this.#dependencies;
    const isGroups = Array.isArray(content) && content.some(({ attrs }) => attrs.type === 'groups');
    if (!isGroups) return;
    groups.sync().catch((error: unknown) => logger.info({ detail: String(error) }, 'Groups could not be asked for'));
  }

  /** The library does nothing with it, and the client would stay unlinked until its QR codes run out. */
  #onPasskey(): void {
    void this.#dependencies.sock.end(undefined);
    this.#end(null, 'passkey_required');
  }

  #onQr(text: string): void {
    this.#qrCount += 1;
    const now = Date.now();
    if (this.#qrCount === 1) this.#linkingEndsAt = now + FIRST_QR_MS + (QR_COUNT - 1) * NEXT_QR_MS;
    this.#pairingReady.resolve();
    this.#dependencies.callbacks.qr(text, new Date(now + (this.#qrCount === 1 ? FIRST_QR_MS : NEXT_QR_MS)));
  }

  #end(code: number | null, sign: DisconnectSign | null = null): void {
    if (this.#over) return;
    this.#over = true;
    const { sock, creds, callbacks, proxy } = this.#dependencies;
    // The library throws away what it has collected but not told. Nothing of ours is in it: messages, receipts and acks are
    // taken as stanzas, and it holds back neither the state of the connection nor changes of credentials.
    this.#acks.lost();
    this.#pairingReady.resolve();
    failQueries(sock);
    proxy?.close();
    callbacks.closed({ code, linked: isLinked(creds), sign });
  }

  /** Credentials are stored from the moment of linking on; before it there is nothing that could be used again. */
  #saveCredentials(): void {
    const { creds, session, logger } = this.#dependencies;
    // The library applies the update in a listener of its own, which was registered first.
    if (this.#over || !isLinked(creds)) return;
    session.store
      .write({ credential: encodeCredentials(creds) })
      .catch((error: unknown) => logger.warn({ err: error }, 'Credentials were not stored'));
  }

  /**
   * What was received before a crash, but not confirmed, waits for us again. It cannot be decrypted twice: it is confirmed,
   * as the library confirms what it could read while it is not shown as online.
   * @returns whether it was
   */
  async #confirmAgain({ attrs: { id, from, participant, category } }: BinaryNode): Promise<boolean> {
    const { sock, session, logger } = this.#dependencies;
    const { phone, lid } = this.#self();
    const user = jidDecode(participant ?? from)?.user;
    const isOrdinary = category === undefined && user !== phone && user !== lid;
    if (id === undefined || from === undefined || !isOrdinary || !(await session.inbox.has(id))) return false;
    await sock.sendReceipt(jidNormalizedUser(from), participant, [id], 'inactive');
    logger.info({ waMessageId: id }, 'WhatsApp delivered a message again');
    return true;
  }

  /** Puts our handling of a kind of stanza in front of the library's, which `pass` runs. */
  #intercept(event: string, handle: (node: BinaryNode, pass: Pass) => Promise<unknown>): void {
    const { sock } = this.#dependencies;
    const library = sock.ws.listeners(event);
    sock.ws.removeAllListeners(event);
    const pass: Pass = (node) => Promise.all(library.map((listener) => listener(node)));
    sock.ws.on(event, (node: BinaryNode) => {
      // What is not confirmed WhatsApp hands to the next connection.
      if (this.#resting) return;
      this.#inHandWhile(event, handle(node, pass));
    });
  }

  async #onPresence(update: Parameters<typeof readPresence>[0]): Promise<void> {
    const { keys, callbacks } = this.#dependencies;
    for (const seen of await readPresence(update, completeFrom(keys))) {
      // What was not asked for is nobody's business.
      if (this.#followed.has(seen.chat)) callbacks.presence(seen);
    }
  }

  async #onCall(call: WACallEvent): Promise<void> {
    const { keys, callbacks } = this.#dependencies;
    const seen = await readCall(call, completeFrom(keys));
    if (seen) callbacks.call(seen);
  }

  #inHandWhile(event: string, handled: Promise<unknown>): void {
    const { logger } = this.#dependencies;
    const work: Promise<void> = handled
      .then(
        () => undefined,
        (error: unknown) => logger.warn({ err: error, event }, 'A stanza was not handled'),
      )
      .finally(() => this.#inHand.delete(work));
    this.#inHand.add(work);
  }

  /** In the order in which they came, whatever has to be looked up. */
  #tellChanges(changes: readonly NamedChange[]): Promise<void> {
    const { keys, callbacks } = this.#dependencies;
    const at = new Date().toISOString();
    const complete = completeFrom(keys);
    const told = this.#changesTold.then(async () => {
      const named = await Promise.all(
        changes.map(async ({ jid, change }) => {
          const peer = isGroup(jid) ? null : await complete(identityOf(jid));
          const chat = peer ? chatOf(peer) : jid;
          return chat === null ? [] : [{ at, chat, peer, change }];
        }),
      );
      await callbacks.chatsChanged(named.flat());
    });
    this.#changesTold = told.catch(() => undefined);
    return told;
  }

  /**
   * What a receipt says is durable before the library confirms it to WhatsApp, and who asks for a message again gets a
   * well-formed one.
   */
  async #onReceipt(node: BinaryNode, pass: Pass): Promise<void> {
    const { sock, session, groups, keys, callbacks, logger } = this.#dependencies;
    if (isRetryReceipt(node)) {
      // Of those that waited for us the library makes a queue, whose end nobody is told.
      const { offline: _, ...attrs } = node.attrs;
      await pass({ ...node, attrs });
      const complete = completeFrom(keys);
      const upload = (content: OutboundContent) => this.#uploadedFor(content, true);
      const sent = await resend(sock, session, { groups, complete }, node, upload);
      logger.info({ waMessageId: attrs.id, sent }, 'A recipient asked for a message again');
      return;
    }
    const readElsewhere = readReadElsewhere(node, this.#dependencies.creds.me);
    if (readElsewhere) await this.#tellChanges([readElsewhere]);
    const updates = await readReceipt(node, this.#self(), completeFrom(keys));
    await this.#afterSends(updates);
    if (updates.length > 0) await callbacks.receipts(updates);
    if (!this.#over) await pass(node);
  }

  /** WhatsApp acks a message before anybody has it; a receipt that comes with the ack is told after it. */
  async #afterSends(updates: readonly ReceiptUpdate[]): Promise<void> {
    const sends = updates.flatMap(({ waMessageId }) => this.#sending.get(waMessageId) ?? []);
    if (sends.length === 0) return;
    await Promise.allSettled(sends);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What `work` resolves with, unless `other` rejects first. Leaves nothing behind with either. */
function unlessRejected<T>(work: Promise<T>, other: Promise<unknown>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    work.then(resolve, reject);
    other.catch(reject);
  });
}

/** Waits for it, whatever its outcome, at most so long. */
async function inTime(work: Promise<unknown> | undefined, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, late]).catch(() => undefined);
  clearTimeout(timer);
}

function waitForAck(acked: Promise<SendOutcome>): Promise<SendOutcome> {
  return traced('wait for ack', {}, async (span) => {
    const outcome = await acked;
    if (outcome.kind !== 'sent') span?.end(outcome.kind === 'failed' ? outcome.code : outcome.kind);
    return outcome;
  });
}

function statusCodeOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('output' in error)) return null;
  const { output } = error;
  if (typeof output !== 'object' || output === null || !('statusCode' in output)) return null;
  return typeof output.statusCode === 'number' ? output.statusCode : null;
}

/** What the library throws before the message has left. */
function outcomeOfThrow(error: unknown): SendOutcome {
  const detail = error instanceof Error ? error.message : String(error);
  // No device answered with keys: WhatsApp knows nobody under the address.
  if (detail === 'All encryptions failed') return { kind: 'failed', code: 'recipient_unknown', detail: null };
  return { kind: 'retry', detail };
}
