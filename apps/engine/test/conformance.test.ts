import { createHash, randomBytes } from 'node:crypto';
import { capabilities, capabilityTable, type OutboundContent, statusChat } from '@multiwa/contracts';
import { newWaMessageId } from '@multiwa/domain';
import { createLogger } from '@multiwa/runtime';
import { type Sandbox, startSandbox } from '@multiwa/sandbox';
import { createSandboxClient, type PhoneMediaKind, type PhoneView, type SandboxClient } from '@multiwa/sandbox/client';
import { waitFor } from '@multiwa/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBaileysEngine } from '../src/engines/baileys/baileys-engine.js';
import { quietConsole } from '../src/engines/baileys/quiet-console.js';
import { claimedBy, conformance } from '../src/engines/conformance.js';
import type { Bench } from '../src/engines/conformance-bench.js';
import type {
  ChannelCalls,
  ChannelPostSeen,
  Connection,
  GroupCalls,
  GroupRequestUpdate,
  GroupUpdate,
  ReceiptUpdate,
} from '../src/engines/engine.js';
import type { HistoryNotice, HistoryPiece } from '../src/engines/history.js';
import { joinNetwork } from '../src/join-network.js';
import { memorySession } from './support/memory-session.js';

const logger = createLogger('conformance', 'silent');
const MIB = 1024 * 1024;
const FETCH_MS = 10_000;
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let sandbox: Sandbox;
let control: SandboxClient;
let engine: ReturnType<typeof createBaileysEngine>;
let bench: Bench;
let leave: () => void;
const restoreConsole = quietConsole(logger);
const connections: Connection[] = [];
const channelPosts: ChannelPostSeen[] = [];
/** What all sessions were told of what they sent. */
const receipts: ReceiptUpdate[] = [];

type Way = 'qr' | 'code';

/** A session of a new number, linked and open. The library restarts once after linking, and whoever holds it opens it again. */
async function open(way: Way = 'qr', phone?: PhoneView) {
  phone ??= await control.createPhone({ autoReply: 'silent' });
  const session = memorySession();
  const seen = { qr: undefined as string | undefined, opened: 0, closed: [] as { code: number | null }[] };
  const groups = { told: [] as GroupUpdate[], requested: [] as GroupRequestUpdate[] };
  const connect = async () => {
    const connection = await engine.open(
      session,
      {
        qr: (text) => {
          seen.qr = text;
        },
        opened: () => {
          seen.opened += 1;
        },
        receipts: async (updates) => {
          receipts.push(...updates);
        },
        learned: () => undefined,
        heard: () => undefined,
        restricted: () => undefined,
        group: async (update) => void groups.told.push(update),
        groupRequest: async (update) => void groups.requested.push(update),
        channelPost: async (seen) => {
          channelPosts.push(seen);
        },
        channelCounts: () => undefined,
        groupPicture: async () => undefined,
        groupList: async () => undefined,
        chatsChanged: async () => undefined,
        presence: () => undefined,
        call: () => undefined,
        closed: (cause) => seen.closed.push(cause),
      },
      { proxyUrl: undefined },
    );
    connections.push(connection);
    return connection;
  };
  const first = await connect();
  if (way === 'qr') await control.scan(phone.phone, await waitFor(() => seen.qr, { what: 'a QR code' }));
  else await control.pair(phone.phone, (await first.requestPairingCode(phone.phone)).code);
  await waitFor(() => seen.closed.length > 0, { what: 'the restart after linking' });
  const connection = await connect();
  await waitFor(() => seen.opened > 0, { what: 'an open session' });
  return { phone, session, connection, seen, groups };
}

function friendOf(phone: PhoneView, to: PhoneView): Bench['friend'] {
  return {
    phone: phone.phone,
    lid: phone.lid,
    chat: `${phone.phone}@s.whatsapp.net`,
    send: async (content) => (await control.send(phone.phone, { to: to.phone, content })).id,
    vote: async (pollId, options) => (await control.vote(phone.phone, pollId, options)).id,
    post: async (content) => (await control.postStatus(phone.phone, { to: [to.phone], content })).id,
    async makeChannel(name) {
      const { channel, inviteCode } = await control.createChannel({ by: phone.phone, name });
      return { chat: channel, inviteCode };
    },
    async postTo(chat, content) {
      await control.actInChannel(chat, { do: 'post', by: phone.phone, content });
    },
    read: async (id) => {
      await control.read(phone.phone, [id]);
    },
    received: (id) => control.waitForMessage(phone.phone, (message) => message.id === id),
    async sendFile(field, beside) {
      const bytes = randomBytes(3_000);
      const kind = field.replace('Message', '') as PhoneMediaKind;
      const descriptor = await control.uploadMedia(phone.phone, kind, bytes);
      const content = { [field]: { ...descriptor, mimetype: 'application/octet-stream' }, ...beside };
      return { id: (await control.send(phone.phone, { to: to.phone, content })).id, sha256: hashOf(bytes) };
    },
    opened: async (id) => (await control.openMedia(phone.phone, id)).sha256,
  };
}

type Groups = Awaited<ReturnType<typeof open>>['groups'];

/** Groups from the other side: the network's own view of them, and a friend who is in them. */
function groupBenchOf(friend: PhoneView, { told, requested }: Groups): Bench['groupBench'] {
  let decided = 0;
  return {
    network: (chat) => control.group(chat),
    friendActs: (chat, act) => control.actInGroup(chat, { ...act, by: friend.phone } as never),
    friendJoins: (code) => control.joinGroup(friend.phone, code),
    friendWrites: async (chat, content) => (await control.send(friend.phone, { to: chat, content: { ...content } })).id,
    told: (chat, fits) =>
      waitFor(() => told.find((one) => one.chat === chat && fits(one.group)), { what: `news of ${chat}` }),
    async requested(chat) {
      const found = () => requested.filter((one) => one.chat === chat && one.state === 'REQUESTED')[decided];
      const request = await waitFor(found, { what: `a request for ${chat}` });
      decided += 1;
      return request;
    },
  };
}

beforeAll(async () => {
  sandbox = await startSandbox({ preKeyCount: 100 });
  control = createSandboxClient(sandbox.controlUrl);
  const network = await joinNetwork(sandbox.controlUrl, logger);
  leave = network.leave;
  const { webSocketUrl, mediaCertificate } = network;
  const address = { webSocketUrl, mediaCertificate };
  engine = createBaileysEngine({ address, keyCacheBytes: MIB, allowPrivateProxies: false });
  const { phone, session, connection, groups } = await open();
  const person = await control.createPhone({ autoReply: 'none' });
  const friend = friendOf(person, phone);
  const sendTo = async (chat: string, content: OutboundContent, expiresInSeconds?: number) => {
    const waMessageId = newWaMessageId();
    const message = { chat, content, expiresInSeconds };
    session.sent.set(waMessageId, message);
    expect(await connection.send({ waMessageId, ...message })).toMatchObject({ kind: 'sent' });
    return waMessageId;
  };
  bench = {
    self: { phone: phone.phone, lid: phone.lid },
    friend,
    people: connection.people,
    groups: connection.groups as GroupCalls,
    groupBench: groupBenchOf(person, groups),
    channels: connection.channels as ChannelCalls,
    sendTo,
    attempt: (chat, content) => connection.send({ waMessageId: newWaMessageId(), chat, content }),
    channelPost: (chat, serverId) =>
      waitFor(() => channelPosts.find((seen) => seen.chat === chat && seen.post.serverId === serverId)?.post, {
        what: `post ${serverId} of ${chat}`,
      }),
    send: (content, expiresInSeconds) => sendTo(friend.chat, content, expiresInSeconds),
    post: (content) => sendTo(statusChat, content),
    receipt: (waMessageId, status) =>
      waitFor(() => receipts.find((one) => one.waMessageId === waMessageId && one.status === status), {
        what: `${status} of ${waMessageId}`,
      }),
    file: (mimeType) => session.keepFile(randomBytes(3_000), mimeType),
    async fetched(source) {
      const hash = createHash('sha256');
      for await (const chunk of connection.downloadMedia(source, AbortSignal.timeout(FETCH_MS))) hash.update(chunk);
      return hash.digest('hex');
    },
    arrival: (kind, waMessageId) =>
      waitFor(
        () => {
          const found = session.arrivals.find((one) => one.kind === kind && one.payload.waMessageId === waMessageId);
          return found?.payload as never;
        },
        { what: `${kind} ${waMessageId}` },
      ),
    async link(way) {
      await open(way);
    },
    async imports() {
      const owner = await control.createPhone({ autoReply: 'silent' });
      const chat = {
        with: friend.phone as string,
        name: 'Bu Sari',
        messages: 4,
        kinds: ['text' as const, 'image' as const],
      };
      await control.seedHistory(owner.phone, { chats: [chat], bootstrapMessages: 1 });
      const { session, connection } = await open('qr', owner);
      const isLast = ({ phase, progress }: HistoryNotice) => phase === 'RECENT' && progress === 100;
      await waitFor(() => session.notices.some(isLast), { what: 'all of the history' });
      const wanted = { sessionOnly: false, notBefore: null, messagesPerChat: null };
      const pieces: HistoryPiece[] = [];
      for (const notice of session.notices) {
        const read = connection.history.readHistory(notice, wanted, AbortSignal.timeout(FETCH_MS));
        for await (const piece of read) pieces.push(piece);
      }
      return pieces;
    },
    async logsOut() {
      const other = await open();
      await other.connection.logout();
      return (await control.companions(other.phone.phone)).length === 0;
    },
  };
});

afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  leave();
  await sandbox.stop();
  restoreConsole();
});

test.each(Object.keys(conformance) as (keyof typeof conformance)[])('Baileys can %s', async (name) => {
  expect(claimedBy(engine)).toContain(name);
  await conformance[name](bench);
});

test('nothing is claimed that the suite cannot hold an engine to', () => {
  const claimable = new Set<string>(Object.keys(conformance));
  for (const name of capabilities) {
    if (!claimable.has(name)) expect([name, capabilityTable[name].engines]).toEqual([name, []]);
  }
  expect(new Set<string>(engine.capabilities)).toEqual(claimable);
});

test('a kind that a phone asks for again is sent again as it was', async () => {
  const { friend, send } = bench;
  await control.addFault({
    direction: 'out',
    match: { tag: 'message', phone: friend.phone as string, device: 0 },
    action: { do: 'corrupt' },
    times: 1,
  });
  const options = ['yes', 'no'];
  const secret = Buffer.alloc(32, 3).toString('base64');
  const sent = await send({ type: 'POLL', question: 'Again?', options, multiple: false, secret });
  const { content } = await friend.received(sent);
  expect(content).toMatchObject({
    pollCreationMessageV3: { name: 'Again?' },
    messageContextInfo: { messageSecret: secret },
  });
  await control.clearFaults();
});

test('a picture is posted although the first question for media hosts failed', async () => {
  const { phone, session, connection } = await open();
  const { channel: chat } = await control.createChannel({ by: phone.phone, name: 'News' });
  await control.addFault({
    direction: 'in',
    match: { tag: 'iq', phone: phone.phone, attrs: { xmlns: 'w:m' } },
    action: { do: 'error', code: 500 },
    times: 1,
  });
  const media = session.keepFile(randomBytes(3_000), 'image/jpeg');
  const content = { type: 'IMAGE', media } as const;
  expect(await connection.prepare({ chat, content })).toMatchObject({ kind: 'retry' });
  expect(await connection.prepare({ chat, content })).toBeUndefined();
  const sent = await connection.send({ waMessageId: newWaMessageId(), chat, content });
  expect(sent).toMatchObject({ kind: 'sent' });
});

test('the network was asked nothing that it does not know', async () => {
  expect(await control.unknown()).toEqual([]);
});
