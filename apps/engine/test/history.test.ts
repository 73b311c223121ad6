import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { createLogger, passOn } from '@multiwa/runtime';
import { encodeWAMessage, proto, unpadRandomMax16 } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { hearNotice } from '../src/engines/baileys/history/notice.js';
import { readChunk } from '../src/engines/baileys/history/read-chunk.js';
import { scanHistory } from '../src/engines/baileys/history/scan-history.js';
import { type ChatKeys, keepSessionData, type Pair } from '../src/engines/baileys/history/session-data.js';
import type { HistoryNotice, HistoryPiece, HistoryReader, HistoryWanted } from '../src/engines/history.js';
import { MediaFetchError } from '../src/engines/media.js';
import { HistoryImport } from '../src/history/history-import.js';
import { gatherParts } from '../src/history/parts.js';
import { Slots } from '../src/slots.js';

const self = { phone: '628111111111', lid: '11000000000001' };
const budi = { pn: '628222222222@s.whatsapp.net', lid: '22000000000002@lid' };
const link = '628111111111:3@s.whatsapp.net';
const everything: HistoryWanted = { sessionOnly: false, notBefore: null, messagesPerChat: null };
const DAY_S = 86_400;
const now = Math.floor(Date.now() / 1_000);

function message(id: string, seconds: number, over: proto.IWebMessageInfo = {}): proto.IHistorySyncMsg {
  const { key, ...rest } = over;
  return {
    message: {
      key: { remoteJid: budi.pn, fromMe: false, id, ...key },
      message: { conversation: `text ${id}` },
      messageTimestamp: seconds,
      pushName: 'Budi',
      ...rest,
    },
  };
}

const chunk = (history: proto.IHistorySync) => deflateSync(proto.HistorySync.encode(history).finish());

/** The chunk read by a session that knows nobody. */
async function read(history: proto.IHistorySync | Buffer, wanted: Partial<HistoryWanted> = {}) {
  const pieces: HistoryPiece[] = [];
  const kept: { pairs: readonly Pair[]; chats: readonly ChatKeys[] } = { pairs: [], chats: [] };
  const bytes = Buffer.isBuffer(history) ? history : chunk(history as proto.IHistorySync);
  const dependencies = {
    self,
    complete: async (identity: { phone: string | null; lid: string | null }) => identity,
    keep: async (pairs: readonly Pair[], chats: readonly ChatKeys[]) => {
      Object.assign(kept, { pairs, chats });
    },
  };
  for await (const piece of readChunk(bytes, { ...everything, ...wanted }, dependencies)) pieces.push(piece);
  const messages = pieces.flatMap((piece) => (piece.kind === 'message' ? piece.message : []));
  return { pieces, kept, messages, people: pieces.flatMap((piece) => (piece.kind === 'person' ? piece.person : [])) };
}

test('a chat is known by both names of its person, though the phone tells the second one behind the messages', async () => {
  const { messages, kept, people } = await read({
    syncType: proto.HistorySync.HistorySyncType.RECENT,
    conversations: [
      {
        id: budi.lid,
        pnJid: budi.pn,
        displayName: 'Pak Budi',
        messages: [message('A', now - 9), message('B', now - 10)],
      },
      { id: 'status@broadcast', messages: [message('STATUS', now)] },
      { id: '120363041234567890@g.us', name: 'A group', messages: [message('G', now, { participant: budi.lid })] },
    ],
    phoneNumberToLidMappings: [{ pnJid: budi.pn, lidJid: budi.lid }],
    pushnames: [{ id: budi.pn, pushname: 'Budi S.' }],
  });
  const person = { phone: '628222222222', lid: '22000000000002' };
  expect(messages.map(({ waMessageId, chat, peer }) => [waMessageId, chat, peer])).toEqual([
    ['A', budi.pn, person],
    ['B', budi.pn, person],
    ['G', '120363041234567890@g.us', null],
  ]);
  expect(messages[2]?.sender).toEqual({ phone: null, lid: person.lid });
  expect(kept.pairs).toEqual(expect.arrayContaining([budi]));
  expect(people).toEqual([
    { ...person, name: 'Pak Budi', pushName: null },
    { phone: person.phone, lid: null, name: null, pushName: 'Budi S.' },
  ]);
});

test('old messages keep time, direction, status, file and reactions; what is no message is left out', async () => {
  const file = {
    mediaKey: Buffer.alloc(32, 1),
    fileSha256: Buffer.alloc(32, 2),
    directPath: '/v/1',
    mimetype: 'image/png',
  };
  const reaction = { key: { id: 'R', fromMe: true }, text: '👍', senderTimestampMs: now * 1_000 };
  const { Status, StubType } = proto.WebMessageInfo;
  const { messages } = await read({
    syncType: proto.HistorySync.HistorySyncType.RECENT,
    conversations: [
      {
        id: budi.pn,
        messages: [
          message('OWN', now - 1, { key: { fromMe: true }, status: Status.READ }),
          message('PICTURE', now - 2, { message: { imageMessage: file }, reactions: [reaction] }),
          message('SAME', now - 2),
          message('STUB', now - 3, { message: null, messageStubType: StubType.E2E_ENCRYPTED }),
          message('PROTOCOL', now - 4, { message: { protocolMessage: { key: { id: 'X' }, type: 0 } } }),
          message('TIMELESS', 0),
        ],
      },
    ],
  });
  expect(messages.map(({ waMessageId, status, order }) => [waMessageId, status, order])).toEqual([
    ['OWN', 'READ', 999],
    ['PICTURE', 'DELIVERED', 999],
    ['SAME', 'DELIVERED', 998],
  ]);
  expect(messages[0]).toMatchObject({
    fromMe: true,
    sender: self,
    timestamp: new Date((now - 1) * 1_000).toISOString(),
  });
  expect(messages[1]).toMatchObject({
    content: {
      type: 'IMAGE',
      media: {
        state: 'EXPIRED',
        problem: 'history',
        source: { message: { id: 'PICTURE', chat: budi.pn, fromMe: false } },
      },
    },
    reactions: [{ fromMe: true, sender: self, emoji: '👍', waMessageId: 'R' }],
  });
});

test('the bounds hold: nothing older, and of each chat the newest so many', async () => {
  const old = (jid: string) => ({
    id: jid,
    messages: [0, 1, 2, 3, 4].map((day) => message(`${jid} ${day}`, now - day * DAY_S)),
  });
  const history = { syncType: 3, conversations: [old(budi.pn), old('628333333333@s.whatsapp.net')] };
  const days = async (wanted: Partial<HistoryWanted>) =>
    (await read(history, wanted)).messages.map(({ waMessageId }) => waMessageId.at(-1));
  const notBefore = new Date((now - 3 * DAY_S) * 1_000 + 1_000);
  expect(await days({ notBefore })).toEqual(['0', '1', '2', '0', '1', '2']);
  expect(await days({ messagesPerChat: 2 })).toEqual(['0', '1', '0', '1']);
  expect(await read(history, { sessionOnly: true })).toMatchObject({ pieces: [] });
});

test('a chunk of many megabytes is gone through a message at a time, and one that is broken says so', async () => {
  const text = 'x'.repeat(20_000);
  const messages = Array.from({ length: 1_500 }, (_, n) =>
    message(`M${n}`, now - n, { message: { conversation: text } }),
  );
  const bytes = chunk({ syncType: 3, conversations: [{ id: budi.pn, messages, name: 'Budi' }] });
  expect((await read(bytes, { messagesPerChat: 3 })).messages).toHaveLength(3);
  let items = 0;
  for await (const item of scanHistory(bytes, true)) items += item.kind === 'message' ? 1 : 0;
  expect(items).toBe(messages.length);
  await expect(read(bytes.subarray(0, bytes.length / 2))).rejects.toThrow();
  await expect(read(Buffer.from('no chunk at all'))).rejects.toThrow();
  const cut = proto.HistorySync.encode({ syncType: 3, conversations: [{ id: budi.pn, messages }] }).finish();
  await expect(read(deflateSync(cut.subarray(0, 1_000)))).rejects.toThrow('announced');
});

test('fields of kinds that nobody knows yet are passed over', async () => {
  const known = Buffer.from(
    proto.HistorySync.encode({ syncType: 3, conversations: [{ id: budi.pn, messages: [message('A', now)] }] }).finish(),
  );
  // Field 1,000: a number, eight bytes, some bytes and four bytes.
  const unknown = Buffer.from([
    0xc0, 0x3e, 0x07, 0xc1, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8, 0xc2, 0x3e, 2, 9, 9, 0xc5, 0x3e, 1, 2, 3, 4,
  ]);
  const { messages } = await read(deflateSync(Buffer.concat([unknown, known, unknown])));
  expect(messages.map(({ waMessageId }) => waMessageId)).toEqual(['A']);
});

test('tokens are kept under the name by which the library looks for them, the later one of two, and listed', async () => {
  const stored: Record<string, object> = { [budi.lid]: { token: Buffer.from('newer'), timestamp: '500' } };
  const keys = {
    get: async (_type: string, ids: string[]) =>
      Object.fromEntries(ids.flatMap((id) => (stored[id] ? [[id, stored[id]]] : []))),
    set: async ({ tctoken }: { tctoken: object }) => Object.assign(stored, tctoken),
  };
  const learned: Pair[] = [];
  const lidMapping = {
    storeLIDPNMappings: async (pairs: Pair[]) => learned.push(...pairs),
    getLIDForPN: async (jid: string) => (jid === budi.pn ? budi.lid : null),
  };
  const token = (jid: string, at: number) => ({
    jid,
    otherJid: undefined,
    token: Buffer.from(`at ${at}`),
    tokenAt: at,
    tokenSentAt: 7,
  });
  const sock = { signalRepository: { lidMapping } } as never;
  await keepSessionData(sock, keys as never, [budi], [token(budi.pn, 400), token('628333333333@s.whatsapp.net', 300)]);
  expect(learned).toEqual([budi]);
  expect(stored[budi.lid]).toMatchObject({ timestamp: '500' });
  expect(stored['628333333333@s.whatsapp.net']).toMatchObject({ timestamp: '300', senderTimestamp: 7 });
  const { token: index } = stored.__index as { token: Buffer };
  expect(JSON.parse(index.toString())).toEqual(['628333333333@s.whatsapp.net']);
});

const told = (over: proto.Message.IHistorySyncNotification = {}): proto.IMessage => ({
  protocolMessage: {
    type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
    historySyncNotification: {
      syncType: proto.Message.HistorySyncType.RECENT,
      progress: 40,
      chunkOrder: 2,
      directPath: '/v/2',
      mediaKey: Buffer.alloc(32, 3),
      fileSha256: Buffer.alloc(32, 4),
      fileLength: 900,
      ...over,
    },
  },
});
const from = { id: 'NOTICE', category: 'peer', from: '628111111111@s.whatsapp.net' };

test('the word of a chunk is taken from the own phone alone, and the library hears of an empty one', () => {
  const heard = hearNotice(from, encodeWAMessage(told()), self, link);
  expect(heard?.notice).toMatchObject({ chunk: 'NOTICE', link, phase: 'RECENT', progress: 40, inline: null });
  expect(heard?.notice.source).toMatchObject({ directPath: '/v/2', fileLength: 900 });
  const { protocolMessage } = proto.Message.decode(unpadRandomMax16(heard?.emptied ?? new Uint8Array()));
  const emptied = protocolMessage?.historySyncNotification;
  expect(emptied).toMatchObject({ syncType: proto.Message.HistorySyncType.RECENT, progress: 40, chunkOrder: 2 });
  expect(emptied?.directPath ?? '').toBe('');
  expect(hearNotice({ ...from, from: budi.pn }, encodeWAMessage(told()), self, link)).toBeUndefined();
  expect(hearNotice({ ...from, category: undefined as never }, encodeWAMessage(told()), self, link)).toBeUndefined();
  expect(hearNotice(from, encodeWAMessage({ conversation: 'hi' }), self, link)).toBeUndefined();
  const noChunk = told({ syncType: proto.Message.HistorySyncType.NO_HISTORY });
  expect(hearNotice(from, encodeWAMessage(noChunk), self, link)).toBeUndefined();
});

test('parts hold at most so many messages and so many bytes, and what no fact can carry is told', async () => {
  const piece = (id: string, text: string): HistoryPiece =>
    ({ kind: 'message', message: { waMessageId: id, content: { type: 'TEXT', text } } }) as never;
  async function* pieces() {
    for (let n = 0; n < 5; n++) yield piece(`S${n}`, 'short');
    yield piece('HUGE', 'x'.repeat(1_000_000));
    for (let n = 0; n < 3; n++) yield piece(`L${n}`, 'x'.repeat(600));
    yield { kind: 'person', person: { phone: '628222222222', lid: null, name: 'Budi', pushName: null } } as const;
  }
  const tooLarge: (string | null)[] = [];
  const sizes: [string, number][] = [];
  for await (const part of gatherParts(pieces(), { partMessages: 3, partBytes: 1_500 }, (id) => tooLarge.push(id))) {
    sizes.push([part.kind, part.kind === 'messages' ? part.messages.length : part.people.length]);
  }
  expect(sizes).toEqual([
    ['messages', 3],
    ['messages', 3],
    ['messages', 2],
    ['people', 1],
  ]);
  expect(tooLarge).toEqual(['HUGE']);
});

/** An import over a phone of which nothing is real but what it hands over. */
function importOver(readHistory: HistoryReader['readHistory'], mode: 'NONE' | 'RECENT' = 'RECENT') {
  const said: string[] = [];
  const cleared: string[] = [];
  const history = new HistoryImport({
    workspaceId: 'cworkspace0000000000000000',
    profileId: 'cprofile00000000000000000',
    slots: new Slots(1),
    storeViewOnce: false,
    say: async ({ kind, payload }) => {
      said.push('stage' in payload ? `${payload.chunk} ${payload.stage}` : kind);
    },
    appliedPart: async () => Number.MAX_SAFE_INTEGER,
    clearJournal: (entryId) => cleared.push(entryId),
    at: passOn,
    onJournal: () => undefined,
    logger: createLogger('history', 'silent'),
  });
  const settings = () => ({ mode, days: null, messagesPerChat: null });
  return { history, said, cleared, start: (as = link) => history.start({ link: () => as, readHistory }, settings) };
}

const notice = (id: string, over: Partial<HistoryNotice> = {}): HistoryNotice => ({
  chunk: id,
  link,
  phase: 'RECENT',
  progress: 50,
  source: null,
  inline: '',
  ...over,
});

/** Resolves when the work that is due has been done. */
async function settled(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

test('a chunk that nobody can read any more is told and left out; the next one is imported', async () => {
  const { history, said, cleared, start } = importOver(async function* ({ chunk: id }) {
    if (id === 'GONE') throw new MediaFetchError('gone_at_whatsapp', 'gone', 'Status 404.');
    yield { kind: 'message', message: { waMessageId: 'A', content: { type: 'TEXT', text: 'a' } } } as never;
  });
  for (const id of ['GONE', 'THERE']) history.add(notice(id), { entryId: id, value: new Uint8Array() });
  expect(history.has('GONE')).toBe(true);
  start();
  await settled(() => cleared.length === 2);
  expect(said).toEqual(['GONE BEGUN', 'GONE FAILED', 'THERE BEGUN', 'history-messages', 'THERE DONE']);
  expect(cleared).toEqual(['GONE', 'THERE']);
});

test('without import nothing is fetched but what the session lives on, and a chunk of a link that is over is dropped', async () => {
  const asked: [string, boolean][] = [];
  const nothing: HistoryReader['readHistory'] = ({ chunk: id }, { sessionOnly }) => {
    asked.push([id, sessionOnly]);
    return Readable.from([]);
  };
  const { history, said, cleared, start } = importOver(nothing, 'NONE');
  history.add(notice('FIRST', { phase: 'INITIAL_BOOTSTRAP' }), { entryId: '1', value: new Uint8Array() });
  history.add(notice('RECENT'), { entryId: '2', value: new Uint8Array() });
  history.add(notice('OTHER', { phase: 'INITIAL_BOOTSTRAP', link: 'before' }), {
    entryId: '3',
    value: new Uint8Array(),
  });
  start();
  await settled(() => cleared.length === 3);
  expect(asked).toEqual([['FIRST', true]]);
  expect(said).toEqual([]);
});

test('a connection that breaks in the middle of a chunk begins it anew with the next one, from the journal too', async () => {
  let broken = false;
  const { history, said, cleared, start } = importOver(async function* (_notice, _wanted, signal) {
    yield { kind: 'message', message: { waMessageId: 'A', content: { type: 'TEXT', text: 'a' } } } as never;
    if (broken) return;
    broken = true;
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  const entry = history.entry(notice('HALF'));
  expect(history.takeJournaled(entry)).toBe(true);
  expect(history.takeJournaled({ entryId: 'x', value: Buffer.from('{"kind":"message-received"}') })).toBe(false);
  start();
  await settled(() => broken);
  history.stop();
  expect(cleared).toEqual([]);
  start();
  await settled(() => cleared.length === 1);
  expect(said.at(-1)).toBe('HALF DONE');
  expect(cleared).toEqual([entry.entryId]);
});
