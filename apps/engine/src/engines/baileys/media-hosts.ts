import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, type WASocket } from '@whiskeysockets/baileys';

/** WhatsApp's hosts for files at the moment, the best first. */
export interface MediaHosts {
  hostnames: string[];
  /** Lets this session upload. */
  auth: string;
}

/** @param fresh asks WhatsApp even if its last answer would still hold: a host has refused what it says. */
export type FindMediaHosts = (fresh?: boolean) => Promise<MediaHosts>;

const ASK_TIMEOUT_MS = 20_000;

/**
 * Asks which hosts there are, and again when the time of the answer is over. The library's own way remembers a question that
 * failed, and fails from then on for as long as the connection lasts.
 */
export function makeMediaHosts(sock: Pick<WASocket, 'query' | 'generateMessageTag'>): FindMediaHosts {
  let known: { hosts: MediaHosts; untilMs: number } | undefined;
  let asking: Promise<MediaHosts> | undefined;

  const ask = async () => {
    const node = {
      tag: 'iq',
      attrs: { to: '@s.whatsapp.net', type: 'set', xmlns: 'w:m', id: sock.generateMessageTag() },
      content: [{ tag: 'media_conn', attrs: {} }],
    };
    const answer = (await sock.query(node, ASK_TIMEOUT_MS)) as BinaryNode | undefined;
    const connection = getBinaryNodeChild(answer, 'media_conn');
    const hostnames = getBinaryNodeChildren(connection, 'host').flatMap(({ attrs }) => attrs.hostname ?? []);
    const { auth, ttl } = connection?.attrs ?? {};
    if (auth === undefined || hostnames.length === 0) throw new Error('WhatsApp named no media host.');
    const hosts = { hostnames, auth };
    known = { hosts, untilMs: Date.now() + Number(ttl ?? 0) * 1_000 };
    return hosts;
  };

  return async (fresh = false) => {
    if (!fresh && known && Date.now() < known.untilMs) return known.hosts;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
