import type { Agent } from 'node:https';
import type { ChatAction, MediaSource, ShownPresence } from '@multiwa/contracts';
import type { DisconnectSign } from '@multiwa/domain';
import type { FetchDispatcher } from '@multiwa/runtime';
import {
  type AuthenticationCreds,
  type BinaryNode,
  type ConnectionState,
  jidNormalizedUser,
  type WACallEvent,
  type WASocket,
} from '@whiskeysockets/baileys';
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
  type SendOutcome,
  type Session,
  type TypingState,
} from '../engine.js';
import type { HistoryReader } from '../history.js';
import type { PeopleQueries } from '../people-queries.js';
import type { ProxyRoute } from '../proxy-route.js';
import { selfIdentity } from './addresses.js';
import { changeChat } from './change-chat.js';
import { ChannelsOverBaileys } from './channels/channels-over-baileys.js';
import { tapAppState } from './chat-changes.js';
import { completeFrom } from './complete-identity.js';
import { ping, unlink } from './connection/account-queries.js';
import { ChangeTeller } from './connection/change-teller.js';
import type { ConnectionContext } from './connection/context.js';
import { InHand } from './connection/in-hand.js';
import { inTime } from './connection/in-time.js';
import { Incoming } from './connection/incoming.js';
import { Lifetime } from './connection/lifetime.js';
import { isLinked, Linking } from './connection/linking.js';
import { Outgoing } from './connection/outgoing.js';
import { Presence } from './connection/presence.js';
import { Restrictions } from './connection/restrictions.js';
import { Uploads } from './connection/uploads.js';
import type { GroupBook } from './groups/group-book.js';
import { makeGroupCalls } from './groups/group-calls.js';
import { areGroupsDirty, meetGroups } from './groups/meet-groups.js';
import { readHistoryOver } from './history/history-reader.js';
import { keepSessionData } from './history/session-data.js';
import { encodeCredentials } from './key-codec.js';
import { type Downloadable, downloadMedia } from './media-download.js';
import { type FindMediaHosts, makeMediaHosts } from './media-hosts.js';
import { requestMedia } from './media-request.js';
import { peopleOverBaileys } from './people/people-over-baileys.js';
import { readCall } from './read-call.js';
import type { SignalKeys } from './signal-keys.js';
import type { StanzaIndex } from './signal-repository.js';
import { breakSocket, closeInTime, failQueries } from './web-socket.js';

/** For storing and confirming what has come in. */
const REST_TIMEOUT_MS = 2_000;
const QR_EXHAUSTED = 'QR refs attempts ended';

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

/** One socket of the library, from its making to its end. What it does in between is done by its parts. */
export class BaileysConnection implements Connection {
  readonly people: PeopleQueries;
  readonly groups: GroupCalls;
  readonly channels: ChannelCalls;
  readonly history: HistoryReader;
  readonly #dependencies: Dependencies;
  readonly #context: ConnectionContext;
  readonly #lifetime = new Lifetime();
  readonly #inHand: InHand;
  readonly #outgoing: Outgoing;
  readonly #linking: Linking;
  readonly #presence: Presence;
  readonly #restrictions: Restrictions;
  readonly #mediaHosts: FindMediaHosts;
  /** The WebSocket has opened: a proxy has done its part. */
  #isThrough = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const { sock, creds, keys, stanzas, callbacks, groups, session, media, logger } = dependencies;
    const complete = completeFrom(keys);
    const self = () => selfIdentity(creds.me);
    const context = { ...dependencies, lifetime: this.#lifetime, complete, self };
    const changes = new ChangeTeller(context);
    const inHand = new InHand(logger);
    this.#context = context;
    this.#inHand = inHand;
    this.#mediaHosts = makeMediaHosts(sock);
    const { files, at } = session;
    const route = { hosts: this.#mediaHosts, ...media };
    const channels = new ChannelsOverBaileys({ sock, files, route, callbacks, at });
    this.people = peopleOverBaileys({ sock, self: () => creds.me && jidNormalizedUser(creds.me.id), complete });
    this.groups = makeGroupCalls({ sock, book: groups, complete });
    this.channels = channels.calls;
    this.history = this.#historyReader();
    const uploads = new Uploads(files, route);
    this.#outgoing = new Outgoing({ context, groups, channels, uploads });
    this.#linking = new Linking(context, () => this.#onPasskey());
    this.#presence = new Presence(context, inHand);
    this.#restrictions = new Restrictions(context);
    const outgoing = this.#outgoing;
    new Incoming({ context, stanzas, groups, channels, uploads, outgoing, changes, inHand }).listen();
    closeInTime(sock);
    sock.ws.on('open', () => {
      this.#isThrough = true;
    });
    sock.ws.on('unexpected-response', () => this.#onRefusal());
    sock.ws.on('frame', () => callbacks.heard('anything'));
    sock.ws.on('CB:ib,,dirty', (node: BinaryNode) => this.#onDirty(node));
    sock.ev.on('connection.update', (update) => this.#onUpdate(update));
    sock.ev.on('creds.update', () => this.#saveCredentials());
    sock.ev.on('call', (calls) => {
      callbacks.heard('stanza');
      for (const call of calls) inHand.while('call', this.#onCall(call));
    });
    tapAppState(sock.ev, (told) => inHand.while('app state', changes.tell(told)));
    // The library tells of a message after it has sent the receipt.
    sock.ev.on('messages.upsert', () => at('receive.after-receipt'));
  }

  send(message: OutboundMessage): Promise<SendOutcome> {
    return this.#outgoing.send(message);
  }

  prepare(message: Pick<OutboundMessage, 'chat' | 'content'>) {
    return this.#outgoing.prepare(message);
  }

  async changeChat(chat: string, action: ChatAction): Promise<void> {
    const { sock, keys } = this.#dependencies;
    this.#lifetime.check();
    try {
      await changeChat(sock, keys, chat, action);
    } catch (error) {
      this.#lifetime.checkAfter(error);
      throw error;
    }
  }

  showPresence(chat: string | null, state: ShownPresence): Promise<void> {
    return this.#presence.show(chat, state);
  }

  followPresence(chat: string, follow: boolean): Promise<void> {
    return this.#presence.follow(chat, follow);
  }

  showTyping(chat: string, state: TypingState): Promise<void> {
    return this.#presence.showTyping(chat, state);
  }

  async rejectCall({ waCallId, fromJid }: Pick<CallSeen, 'waCallId' | 'fromJid'>): Promise<void> {
    this.#lifetime.check();
    await this.#dependencies.sock.rejectCall(waCallId, fromJid);
  }

  downloadMedia(source: MediaSource, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#download(source, signal);
  }

  requestMedia(source: MediaSource, ended: AbortSignal): Promise<string | undefined> {
    return requestMedia(this.#dependencies.sock, source, ended);
  }

  requestPairingCode(phone: string): Promise<{ code: string; expiresAt: Date }> {
    return this.#linking.requestCode(phone);
  }

  async logout(): Promise<void> {
    const { sock, creds } = this.#dependencies;
    const jid = creds.me?.id;
    if (this.#lifetime.over || jid === undefined) throw new ConnectionLostError('The socket is closed.');
    try {
      await unlink(sock, jid);
    } catch (error) {
      throw new ConnectionLostError('The logout was not confirmed.', { cause: error });
    }
    await this.close();
  }

  async rest(): Promise<void> {
    this.#lifetime.rest();
    await this.#inHand.done(REST_TIMEOUT_MS);
  }

  probe(): void {
    ping(this.#dependencies.sock);
  }

  askRestriction(): void {
    this.#restrictions.ask();
  }

  async close(): Promise<void> {
    await inTime(this.#dependencies.sock.end(undefined), CLOSE_TIMEOUT_MS);
    this.#end(null);
  }

  destroy(): void {
    breakSocket(this.#dependencies.sock);
    this.#end(null);
  }

  #download(source: Downloadable, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const hosts = async () => (await this.#mediaHosts()).hostnames;
    return downloadMedia(source, { hosts, ...this.#dependencies.media }, signal);
  }

  #historyReader(): HistoryReader {
    const { sock, creds, keys, complete, self } = this.#context;
    return readHistoryOver({
      self,
      link: () => creds.me?.id,
      complete,
      keep: (pairs, chats) => keepSessionData(sock, keys, pairs, chats),
      download: (source, signal) => this.#download(source, signal),
    });
  }

  #onUpdate({ connection, qr, lastDisconnect }: Partial<ConnectionState>): void {
    if (this.#lifetime.over) return;
    const { callbacks, groups } = this.#dependencies;
    if (qr !== undefined) this.#linking.qr(qr);
    if (connection === 'open') {
      callbacks.opened(this.#context.self());
      this.askRestriction();
      void meetGroups(this.#context, groups);
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

  #onPasskey(): void {
    void this.#dependencies.sock.end(undefined);
    this.#end(null, 'passkey_required');
  }

  #onDirty(node: BinaryNode): void {
    const { groups, logger } = this.#dependencies;
    if (!areGroupsDirty(node)) return;
    groups.sync().catch((error: unknown) => logger.info({ detail: String(error) }, 'Groups could not be asked for'));
  }

  async #onCall(call: WACallEvent): Promise<void> {
    const seen = await readCall(call, this.#context.complete);
    if (seen) this.#dependencies.callbacks.call(seen);
  }

  /** Credentials are stored from the moment of linking on; before it there is nothing that could be used again. */
  #saveCredentials(): void {
    const { creds, session, logger } = this.#dependencies;
    // The library applies the update in a listener of its own, which was registered first.
    if (this.#lifetime.over || !isLinked(creds)) return;
    session.store
      .write({ credential: encodeCredentials(creds) })
      .catch((error: unknown) => logger.warn({ err: error }, 'Credentials were not stored'));
  }

  #end(code: number | null, sign: DisconnectSign | null = null): void {
    if (!this.#lifetime.end()) return;
    const { sock, creds, callbacks, proxy } = this.#dependencies;
    // The library throws away what it has collected but not told. Nothing of ours is in it: messages, receipts and acks are
    // taken as stanzas, and it holds back neither the state of the connection nor changes of credentials.
    this.#outgoing.lost();
    this.#linking.lost();
    failQueries(sock);
    proxy?.close();
    callbacks.closed({ code, linked: isLinked(creds), sign });
  }
}

function statusCodeOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('output' in error)) return null;
  const { output } = error;
  if (typeof output !== 'object' || output === null || !('statusCode' in output)) return null;
  return typeof output.statusCode === 'number' ? output.statusCode : null;
}
