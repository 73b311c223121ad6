import {
  type ChatModification,
  chatModificationToAppPatch,
  decodePatches,
  encodeSyncdPatch,
  type LTHashState,
  newLTHashState,
  proto,
} from '@whiskeysockets/baileys';
import type { Account } from '../model/account.js';
import type { Network } from '../model/network.js';
import { takePatch } from '../server/app-state.js';

/** A chat as the phone shows it, as far as the account's devices keep it in common. */
export interface PhoneChat {
  jid: string;
  archived: boolean;
  pinned: boolean;
  /** -1 for always, null when it is not muted. */
  mutedUntilMs: number | null;
  markedUnread: boolean;
  /** How often it was cleared, and deleted. */
  cleared: number;
  deleted: number;
}

type Collection = Parameters<typeof decodePatches>[0];
const collections: readonly Collection[] = ['regular_high', 'regular_low'];
const ATTEMPTS = 5;

/** The phone's part in the app state: it reads what its companions change, and makes changes of its own. */
export class PhoneAppState {
  private readonly states = new Map<Collection, LTHashState>();
  private readonly chats = new Map<string, PhoneChat>();

  constructor(
    private readonly network: Network,
    private readonly account: Account,
  ) {}

  /** All chats of which something was said. */
  async list(): Promise<PhoneChat[]> {
    for (const name of collections) await this.catchUp(name);
    return [...this.chats.values()];
  }

  /** Changes a chat as its owner does on the phone; the companions hear of it. */
  async change(modification: ChatModification, jid: string): Promise<void> {
    const patch = chatModificationToAppPatch(modification, jid);
    const name = patch.type;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const base = await this.catchUp(name);
      const encoded = await encodeSyncdPatch(patch, this.keyId, base, this.key);
      const bytes = proto.SyncdPatch.encode(encoded.patch).finish();
      const sent = { device: 0, collection: name, base: base.version, bytes };
      if (!(await takePatch(this.network, this.account, sent))) continue;
      await this.catchUp(name);
      return;
    }
    throw new Error(`The collection ${name} does not come to rest.`);
  }

  private get keyId(): string {
    return this.account.record.appStateKey.id.toString('base64');
  }

  private readonly key = async (id: string) =>
    id === this.keyId
      ? proto.Message.AppStateSyncKeyData.create({ keyData: this.account.record.appStateKey.data })
      : undefined;

  /** Reads what is new, by the library's own code, which checks every MAC. */
  private async catchUp(name: Collection): Promise<LTHashState> {
    const before = this.states.get(name) ?? newLTHashState();
    const patches = this.account.appState.since(name, before.version).map((bytes) => proto.SyncdPatch.decode(bytes));
    if (patches.length === 0) return before;
    const { state, mutationMap } = await decodePatches(name, patches, before, this.key, {}, before.version);
    this.states.set(name, state);
    if (state.version !== this.account.appState.version(name)) {
      this.network.log(`phone cannot read all of ${name}: version ${state.version}`);
    }
    for (const { syncAction, index } of Object.values(mutationMap)) this.apply(index[1], syncAction.value ?? {});
    return state;
  }

  private apply(jid: string | undefined, value: proto.ISyncActionValue): void {
    if (!jid?.includes('@')) return;
    const chat = this.chats.get(jid) ?? emptyChat(jid);
    this.chats.set(jid, chat);
    const { archiveChatAction, pinAction, muteAction, markChatAsReadAction, clearChatAction, deleteChatAction } = value;
    if (archiveChatAction) chat.archived = archiveChatAction.archived ?? false;
    if (pinAction) chat.pinned = pinAction.pinned ?? false;
    if (muteAction) chat.mutedUntilMs = muteAction.muted ? Number(muteAction.muteEndTimestamp ?? -1) : null;
    if (markChatAsReadAction) chat.markedUnread = markChatAsReadAction.read === false;
    if (clearChatAction) chat.cleared += 1;
    if (deleteChatAction) chat.deleted += 1;
  }
}

function emptyChat(jid: string): PhoneChat {
  return { jid, archived: false, pinned: false, mutedUntilMs: null, markedUnread: false, cleared: 0, deleted: 0 };
}
