import type { Identity } from '@multiwa/contracts';
import {
  type BinaryNode,
  type GroupMetadata,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  type WASocket,
} from '@whiskeysockets/baileys';
import { KeyedLock } from '../../../keyed-lock.js';
import type { Logger } from '../../../logger.js';
import type { ConnectionCallbacks, GroupUpdate } from '../../engine.js';
import { chatOf, identityOf, isGroup, isSamePerson } from '../addresses.js';
import { serverTime } from '../server-time.js';
import { applyChange, takesOut, takesSomebodyOut } from './apply-change.js';
import type { SessionGroups } from './group-cache.js';
import { refusalOf } from './group-error.js';
import { type KnownGroup, readGroup, readParticipants } from './read-group.js';

interface Dependencies {
  sock: Pick<WASocket, 'query' | 'generateMessageTag'>;
  cache: SessionGroups;
  self(): Identity;
  callbacks: Pick<ConnectionCallbacks, 'group' | 'groupRequest' | 'groupPicture' | 'groupList'>;
  /** Makes a new sender key for the group before its next message. Called while nothing is encrypted for it. */
  renewKey(chat: string): Promise<void>;
  logger: Logger;
}

/** Gone, or never in it. */
const OUTSIDE = new Set([403, 404]);
const ALL_GROUPS = '@g.us';

/**
 * The groups of one connection: known from when they are first needed, and kept as they are by WhatsApp's notifications.
 * Everything that is learned is told as it is now, whole.
 */
export class GroupBook {
  readonly #dependencies: Dependencies;
  readonly #asking = new Map<string, Promise<KnownGroup>>();
  readonly #exclusive = new KeyedLock();
  /** Groups that were told of while all were asked for: the answer may be older than they are. */
  readonly #toldMeanwhile = new Set<Set<string>>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Nothing else that is run so for the group overlaps: encrypting, and making a new sender key. */
  exclusively<T>(chat: string, work: () => Promise<T>): Promise<T> {
    return this.#exclusive.run(chat, work);
  }

  known(chat: string): KnownGroup | undefined {
    return this.#dependencies.cache.get(chat);
  }

  /** The group, asked for when it is not known. @throws what the library throws when WhatsApp refuses */
  async get(chat: string): Promise<KnownGroup> {
    return this.#dependencies.cache.get(chat) ?? this.refresh(chat);
  }

  /** Asks WhatsApp how the group is. */
  refresh(chat: string): Promise<KnownGroup> {
    const asked = this.#asking.get(chat);
    if (asked) return asked;
    const asking = this.#ask(chat).finally(() => this.#asking.delete(chat));
    this.#asking.set(chat, asking);
    return asking;
  }

  /**
   * Asks WhatsApp for all groups of the number. Those that it does not name the number is no longer in. Resolves with how
   * many there are, once they are told.
   */
  async sync(): Promise<number> {
    const { callbacks } = this.#dependencies;
    const meanwhile = new Set<string>();
    this.#toldMeanwhile.add(meanwhile);
    try {
      const wanted = ['participants', 'description'].map((tag) => ({ tag, attrs: {} }));
      const answer = await this.query(ALL_GROUPS, 'get', { tag: 'participating', attrs: {}, content: wanted });
      const at = new Date();
      const list = getBinaryNodeChild(answer, 'groups');
      // No list is not an empty list.
      if (!list) throw new Error('WhatsApp named no groups.');
      const groups = getBinaryNodeChildren(list, 'group').flatMap((node) => readGroup(node) ?? []);
      await Promise.all(groups.map((group) => this.learn(group)));
      await callbacks.groupList([...new Set([...groups.map(({ chat }) => chat), ...meanwhile])], at);
      return groups.length;
    } finally {
      this.#toldMeanwhile.delete(meanwhile);
    }
  }

  /** Something came from a group that is not known: it is asked for beside, and nobody waits for it. */
  meet(chat: string): void {
    const { cache, logger } = this.#dependencies;
    if (this.known(chat) || cache.isLetAlone(chat)) return;
    this.refresh(chat).catch((error: unknown) => {
      cache.letAlone(chat);
      logger.info({ chat, code: refusalOf(error) }, 'A group could not be asked for');
    });
  }

  /** Remembers a group as it is now, and tells it. */
  async learn(group: KnownGroup, actor: Identity | null = null, at = new Date()): Promise<void> {
    this.#remember(group);
    await this.#dependencies.callbacks.group({ chat: group.chat, group: group.info, actor, at });
  }

  /** The number is no longer in the group. */
  async forget(chat: string, actor: Identity | null = null, at = new Date()): Promise<void> {
    const { cache, callbacks } = this.#dependencies;
    cache.delete(chat);
    await callbacks.group({ chat, group: null, actor, at });
  }

  /** Takes in what WhatsApp says of a group. Resolves when it is durable: then it may be confirmed. */
  async take(notice: BinaryNode): Promise<void> {
    const { from: chat, participant, participant_pn, t, id } = notice.attrs;
    if (chat === undefined || !isGroup(chat)) return;
    const actor = identityOf(participant, participant_pn);
    const said = { actor: chatOf(actor) === null ? null : actor, at: serverTime(t) };
    for (const child of Array.isArray(notice.content) ? notice.content : []) {
      await this.#request(chat, child, id ?? '', said);
      await this.#change(chat, child, said);
    }
  }

  /** Takes in that a group has another picture. Resolves when it is durable. */
  async takePicture({ attrs, content }: BinaryNode): Promise<void> {
    const { from: chat, t, id = '' } = attrs;
    if (chat === undefined || !isGroup(chat)) return;
    const child = (Array.isArray(content) ? content : []).find(({ tag }) => tag === 'set' || tag === 'delete');
    if (!child) return;
    const actor = identityOf(child.attrs.author ?? attrs.participant, attrs.participant_pn);
    await this.#dependencies.callbacks.groupPicture({
      chat,
      noticeId: id,
      pictureId: child.tag === 'set' ? (child.attrs.id ?? '') : null,
      actor: chatOf(actor) === null ? null : actor,
      at: serverTime(t),
    });
  }

  /** What the library needs to encrypt for a group. */
  async metadata(chat: string): Promise<GroupMetadata | undefined> {
    const { info, addressing } = await this.get(chat);
    const participants = info.participants.flatMap(({ phone, lid, role }) => {
      const named = addressing === 'lid' && lid !== null ? `${lid}@lid` : chatOf({ phone, lid });
      return named === null ? [] : [{ id: named, admin: role === 'MEMBER' ? null : ('admin' as const) }];
    });
    return {
      id: chat,
      subject: info.subject,
      owner: undefined,
      addressingMode: addressing as GroupMetadata['addressingMode'],
      ephemeralDuration: info.ephemeralSeconds || undefined,
      participants,
    };
  }

  /** A query to WhatsApp about groups. @throws what the library throws when WhatsApp refuses, or does not answer */
  async query(to: string, type: 'get' | 'set', child: BinaryNode): Promise<BinaryNode> {
    const { sock } = this.#dependencies;
    const attrs = { type, xmlns: 'w:g2', to, id: sock.generateMessageTag() };
    const answer: BinaryNode | undefined = await sock.query({ tag: 'iq', attrs, content: [child] });
    if (!answer) throw new Error('WhatsApp did not answer in time.');
    return answer;
  }

  async #ask(chat: string): Promise<KnownGroup> {
    try {
      const answer = await this.query(chat, 'get', { tag: 'query', attrs: { request: 'interactive' } });
      const group = readGroup(getBinaryNodeChild(answer, 'group'));
      if (!group) throw new Error('WhatsApp named no group.');
      await this.learn(group);
      return group;
    } catch (error) {
      if (OUTSIDE.has(refusalOf(error) ?? 0)) await this.forget(chat);
      throw error;
    }
  }

  async #request(chat: string, child: BinaryNode, id: string, { actor, at }: Pick<GroupUpdate, 'actor' | 'at'>) {
    const isNew = child.tag === 'created_membership_requests';
    if (!isNew && child.tag !== 'revoked_membership_requests') return;
    const named = readParticipants(child).map(({ phone, lid }) => ({ phone, lid }));
    const people = named.length > 0 ? named : actor ? [actor] : [];
    for (const [index, person] of people.entries()) {
      const byThemselves = actor !== null && isSamePerson(person, actor);
      const state = isNew ? 'REQUESTED' : byThemselves ? 'WITHDRAWN' : 'REJECTED';
      await this.#dependencies.callbacks.groupRequest({ chat, person, state, noticeId: `${id}-${index}`, at });
    }
  }

  async #change(chat: string, child: BinaryNode, { actor, at }: Pick<GroupUpdate, 'actor' | 'at'>): Promise<void> {
    const { self, renewKey, callbacks, logger } = this.#dependencies;
    if (takesOut(child, self())) {
      await this.forget(chat, actor, at);
      return;
    }
    // Somebody who is gone has the key by which the number writes, and must not read on. No message leaves in between: it
    // would bring them the new key.
    const changed = takesSomebodyOut(child)
      ? await this.exclusively(chat, async () => {
          await renewKey(chat);
          return this.#apply(chat, child);
        })
      : this.#apply(chat, child);
    if (changed) {
      if (changed.anew) await callbacks.group({ chat, group: changed.group.info, actor, at });
      return;
    }
    this.#dependencies.cache.delete(chat);
    await this.refresh(chat).catch((error: unknown) => {
      const code = refusalOf(error);
      // Without an answer it is not confirmed, and comes again.
      if (code === undefined) throw error;
      logger.warn({ chat, change: child.tag, code }, 'A changed group could not be asked for');
    });
  }

  /**
   * Remembers the group as a notification leaves it, in one step: another one may be taken in meanwhile, and each builds on what
   * is known. Undefined when the group must be asked for.
   */
  #apply(chat: string, child: BinaryNode): { group: KnownGroup; anew: boolean } | undefined {
    const made = child.tag === 'create' ? readGroup(getBinaryNodeChild(child, 'group')) : undefined;
    const before = this.known(chat);
    const info = made?.info ?? (before && applyChange(before.info, child));
    const group = made ?? (before && info && { ...before, info });
    if (!group) return undefined;
    const anew = group.info !== before?.info;
    if (anew) this.#remember(group);
    return { group, anew };
  }

  #remember(group: KnownGroup): void {
    this.#dependencies.cache.set(group.chat, group);
    for (const meanwhile of this.#toldMeanwhile) meanwhile.add(group.chat);
  }
}
