import { CodedError, type Identity, type OwnProfile } from '@multiwa/contracts';
import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import type { PeopleQueries } from '../../people-queries.js';
import { identityOf } from '../addresses.js';
import { jpegOf } from './jpeg-size.js';
import { numberQuery, readNumberAnswer } from './number-query.js';
import { readPrivacy, writePrivacy } from './privacy.js';

const QUERY_TIMEOUT_MS = 8_000;
const SERVER = '@s.whatsapp.net';

interface Dependencies {
  sock: WASocket;
  /** The linked number's own address. */
  self(): string | undefined;
  /** Joins what the session has stored of a person; asks nobody. */
  complete(identity: Identity): Promise<Identity>;
}

/** Questions about people, by the library where it asks well, else by a query of ours. */
export function peopleOverBaileys({ sock, self, complete }: Dependencies): PeopleQueries {
  const query = (node: BinaryNode) => sock.query(node, QUERY_TIMEOUT_MS) as Promise<BinaryNode | undefined>;
  const set = (xmlns: string, content: BinaryNode[] | undefined) =>
    query({ tag: 'iq', attrs: { to: SERVER, type: 'set', xmlns, id: sock.generateMessageTag() }, content });

  async function checkNumbers(phones: readonly string[]): Promise<Identity[]> {
    const answer = await query(numberQuery(sock.generateMessageTag(), phones));
    if (!answer) throw new CodedError('ask_timeout');
    const people = readNumberAnswer(answer, phones);
    const pairs = people.filter(({ phone, lid }) => phone !== null && lid !== null);
    if (pairs.length > 0) {
      // A later send then needs not ask for the LID; and with it the pair is told on.
      await sock.signalRepository.lidMapping.storeLIDPNMappings(
        pairs.map(({ phone, lid }) => ({ pn: `${phone}@s.whatsapp.net`, lid: `${lid}@lid` })),
      );
    }
    return people;
  }

  async function picture(jid: string) {
    try {
      return { url: (await sock.profilePictureUrl(jid, 'image', QUERY_TIMEOUT_MS)) ?? null, hidden: false };
    } catch (error) {
      const code = codeOf(error);
      if (code === 404) return { url: null, hidden: false };
      if (code === 401 || code === 403) return { url: null, hidden: true };
      throw error;
    }
  }

  async function about(jid: string) {
    const [found] = (await sock.fetchStatus(jid)) ?? [];
    const { status, setAt } = (found?.status ?? {}) as { status?: string | null; setAt?: Date };
    const isSet = setAt !== undefined && setAt.getTime() > 0;
    // The library tells a hidden text as an empty one, and an empty one as none.
    if (status === '') return { text: null, setAt: null, hidden: true };
    return { text: status ?? null, setAt: isSet ? setAt.toISOString() : null, hidden: false };
  }

  async function ownProfile(): Promise<OwnProfile> {
    const jid = self();
    if (jid === undefined) throw new CodedError('profile_not_connected');
    const [text, image, privacy] = await Promise.all([about(jid), picture(jid), sock.fetchPrivacySettings(true)]);
    const name = sock.authState.creds.me?.name ?? null;
    return { name, about: text.text, pictureUrl: image.url, privacy: readPrivacy(privacy) };
  }

  async function changePicture(change: { jpegBase64: string } | null): Promise<void> {
    if (change === null) {
      await set('w:profile:picture', undefined);
      return;
    }
    const bytes = jpegOf(change.jpegBase64);
    await set('w:profile:picture', [{ tag: 'picture', attrs: { type: 'image' }, content: bytes }]);
  }

  const queries: PeopleQueries = {
    checkNumbers,
    about,
    picture,
    async business(chat) {
      const found = await sock.getBusinessProfile(chat);
      if (!found) return { business: null };
      const { description, address, email, category, website } = found;
      const websites = website ?? [];
      return {
        business: {
          description: description || null,
          address: address ?? null,
          email: email ?? null,
          category: category ?? null,
          websites,
        },
      };
    },
    block: (chat, blocked) => sock.updateBlockStatus(chat, blocked ? 'block' : 'unblock'),
    async blocklist() {
      const jids = (await sock.fetchBlocklist()).filter((jid) => jid !== undefined);
      return Promise.all(jids.map((jid) => complete(identityOf(jid))));
    },
    ownProfile,
    async changeOwnProfile({ name, about: text, picture: image, privacy }) {
      if (image !== undefined) await changePicture(image);
      if (text !== undefined) await set('status', [{ tag: 'status', attrs: {}, content: Buffer.from(text) }]);
      for (const attrs of writePrivacy(privacy ?? {})) {
        await set('privacy', [{ tag: 'privacy', attrs: {}, content: [{ tag: 'category', attrs }] }]);
      }
      if (name !== undefined) await sock.updateProfileName(name);
    },
  };
  return inOurWords(queries);
}

/** Every refusal and silence as a coded error. */
function inOurWords(queries: PeopleQueries): PeopleQueries {
  const wrapped = Object.entries(queries).map(([name, ask]) => [
    name,
    async (...parameters: never[]) => {
      try {
        return await (ask as (...given: never[]) => Promise<unknown>)(...parameters);
      } catch (error) {
        throw coded(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as PeopleQueries;
}

function coded(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = codeOf(error);
  if (code === 429) return new CodedError('whatsapp_rate_limited', { cause });
  const status = statusOf(error);
  if (status === 408) return new CodedError('ask_timeout', { cause });
  if (status === 428) return new CodedError('profile_not_connected', { cause });
  return new CodedError('refused_by_whatsapp', { detail: cause.message.slice(0, 200), cause });
}

/** WhatsApp's code of a refused query. */
function codeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('data' in error)) return undefined;
  return typeof error.data === 'number' ? error.data : undefined;
}

/** The library's own code, of what failed on this side. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('output' in error)) return undefined;
  const { output } = error as { output?: { statusCode?: unknown } };
  return typeof output?.statusCode === 'number' ? output.statusCode : undefined;
}
