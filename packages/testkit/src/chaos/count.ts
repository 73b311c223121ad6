import { allItems, type Message } from '@multiwa/sdk';
import { compare, gapsIn } from './compare.js';
import type { World } from './scenario.js';
import { sideBySide } from './side-by-side.js';
import type { Lane, Traffic } from './traffic.js';

/** One thing that must not be, and where it was seen. */
export interface Finding {
  kind: 'lost' | 'twice' | 'reordered' | 'gap';
  where: 'phone' | 'api' | 'stream';
  profileId: string;
  /** The profile's number. */
  phone: string;
  text: string;
}

export interface Count {
  findings: Finding[];
  /** Texts that came again under their own id, which a phone shows once: a send whose ack was lost, sent again. */
  resent: number;
  arrivals: Arrival[];
}

/** A text that was handed over, and arrived at the phone or on the event stream. */
export interface Arrival {
  way: Lane['way'];
  /** The profile's number. */
  phone: string;
  text: string;
  /** In milliseconds since the epoch. */
  saidAtMs: number;
  /** From handing over to arrival. */
  delayMs: number;
}

const AT_ONCE = 8;
const PAGE = 100;
const gone = new Set<Message['status']>(['SENT', 'DELIVERED', 'READ', 'PLAYED']);

/**
 * Counts one round of traffic at the phones, in the API and on the event stream, each on its own: what is in one place and not
 * in another is lost. Order is that of arrival: at the phone for ours, on the event stream for theirs.
 */
export async function countTraffic(world: World, traffic: Traffic): Promise<Count> {
  const { product, members } = world;
  const count: Count = { findings: [], resent: 0, arrivals: [] };
  const stream = readStream(world, traffic.label);
  const contacts = [...new Set(traffic.lanes.map(({ chat }) => chat.contact))];
  const phones = new Map(
    await sideBySide(
      contacts,
      AT_ONCE,
      async (phone) => [phone, (await product.sandbox.messages(phone)).messages] as const,
    ),
  );
  const rows = new Map(
    await sideBySide(members, AT_ONCE, async ({ profileId }) => {
      const found: Message[] = [];
      const list = (query: { cursor?: string }) => product.client.messages.list(profileId, { ...query, limit: PAGE });
      for await (const message of allItems(list)) found.push(message);
      return [profileId, found] as const;
    }),
  );
  for (const lane of traffic.lanes) {
    const { chat, way, said } = lane;
    const add = (where: Finding['where'], seen: readonly string[], ordered: boolean) => {
      const { missing, doubled, reordered } = compare(said, seen);
      const kinds = [
        ['lost', missing],
        ['twice', doubled],
        ['reordered', ordered ? reordered : []],
      ] as const;
      for (const [kind, texts] of kinds)
        for (const text of texts)
          count.findings.push({ kind, where, profileId: chat.profileId, phone: chat.own, text });
    };
    add('api', textsOf(rows.get(chat.profileId) ?? [], lane), false);
    if (way === 'in') {
      const told = stream.received.get(chat.profileId) ?? [];
      add(
        'stream',
        told.map(({ text }) => text),
        true,
      );
      count.arrivals.push(...arrivalsOf(lane, told));
      continue;
    }
    const arrived = (phones.get(chat.contact) ?? []).filter(({ from }) => from.phone === chat.own);
    add(
      'phone',
      arrived.map(({ text }) => text),
      true,
    );
    count.arrivals.push(
      ...arrivalsOf(
        lane,
        arrived.map(({ text, timestampMs }) => ({ text, atMs: timestampMs })),
      ),
    );
    count.resent += arrived.reduce(
      (sum, { text, copies }) => sum + (text.startsWith(traffic.label) ? copies - 1 : 0),
      0,
    );
    add('stream', announced(lane, stream.moved), false);
  }
  for (const { profileId, phone } of members) {
    const gaps = gapsIn(stream.sequences.get(profileId) ?? []);
    if (gaps > 0)
      count.findings.push({ kind: 'gap', where: 'stream', profileId, phone, text: `${gaps} numbers missing` });
  }
  return count;
}

interface Told {
  text: string;
  atMs: number;
}

/** What the event stream says of a round: texts received by profile, statuses by message, numbers by profile. */
function readStream({ log }: World, label: string) {
  const received = new Map<string, Told[]>();
  const moved = new Map<string, string[]>();
  const sequences = new Map<string, number[]>();
  for (const { profileId, sequence } of log.seen) if (profileId) push(sequences, profileId, sequence);
  for (const { profileId, data, seenAtMs } of log.of('message.received')) {
    const { content } = data;
    if (!profileId || content.type !== 'TEXT' || !content.text.startsWith(label)) continue;
    push(received, profileId, { text: content.text, atMs: performance.timeOrigin + seenAtMs });
  }
  for (const type of ['message.sent', 'message.delivered', 'message.failed'] as const) {
    for (const { data } of log.of(type)) push(moved, data.messageId, type);
  }
  return { received, moved, sequences };
}

/** Our texts as often as the stream announced them: by sent, or by a receipt that overtook the ack; again for a status twice. */
function announced({ ids }: Lane, moved: ReadonlyMap<string, readonly string[]>): string[] {
  return [...ids].flatMap(([text, id]) => {
    const types = moved.get(id) ?? [];
    const left = types.includes('message.sent') || types.includes('message.delivered') ? 1 : 0;
    return Array<string>(left + types.length - new Set(types).size).fill(text);
  });
}

/** The texts of a lane as the API has them; one of ours that has not left, or has failed, does not count. */
function textsOf(rows: readonly Message[], { way, chat }: Lane): string[] {
  return rows.flatMap(({ fromMe, status, content, chat: jid }) => {
    if (fromMe !== (way === 'out') || content.type !== 'TEXT') return [];
    if (!jid.startsWith(`${chat.contact}@`) || (fromMe && !gone.has(status))) return [];
    return [content.text];
  });
}

function arrivalsOf({ way, chat, said, saidAtMs }: Lane, arrived: readonly Told[]): Arrival[] {
  const at = new Map(arrived.map(({ text, atMs }) => [text, atMs]));
  return said.flatMap((text, index) => {
    const [atMs, handedOverMs] = [at.get(text), saidAtMs[index]];
    if (atMs === undefined || handedOverMs === undefined) return [];
    return [{ way, phone: chat.own, text, saidAtMs: handedOverMs, delayMs: Math.max(0, atMs - handedOverMs) }];
  });
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
