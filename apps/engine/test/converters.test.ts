import { identitySchema } from '@multiwa/contracts';
import { proto } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { outcomeOf } from '../src/engines/baileys/acks.js';
import { chatOf, identityOf } from '../src/engines/baileys/addresses.js';
import { fromProto, toProto } from '../src/engines/baileys/converters/index.js';
import { readArrivals } from '../src/engines/baileys/read-arrivals.js';
import { readReceipt } from '../src/engines/baileys/read-receipt.js';

const self = identitySchema.parse({ phone: '6281100000001', lid: '111111111111111' });
const text = { conversation: 'halo' };
const asText = { type: 'TEXT', text: 'halo' };
const editOf = { protocolMessage: { type: proto.Message.ProtocolMessage.Type.MESSAGE_EDIT, editedMessage: text } };

const rows: [what: string, message: proto.IMessage, content: unknown][] = [
  ['a plain text', text, asText],
  ['a text with a preview', { extendedTextMessage: { text: 'halo' } }, asText],
  ['an empty text', { extendedTextMessage: {} }, { type: 'TEXT', text: '' }],
  ['a text beside its context', { ...text, messageContextInfo: { messageSecret: Buffer.alloc(32) } }, asText],
  ['a text in a disappearing chat', { ephemeralMessage: { message: text } }, asText],
  [
    'a copy from another own device',
    { deviceSentMessage: { destinationJid: '1@s.whatsapp.net', message: text } },
    asText,
  ],
  ['both at once', { deviceSentMessage: { message: { ephemeralMessage: { message: text } } } }, asText],
  ['a picture', { imageMessage: { caption: 'x' } }, { type: 'IMAGE', caption: 'x', media: expect.anything() }],
  [
    'a view-once picture',
    { viewOnceMessageV2: { message: { imageMessage: {} } } },
    { type: 'IMAGE', viewOnce: true, media: expect.anything() },
  ],
  ['an event', { eventMessage: { name: 'x' } }, { type: 'UNSUPPORTED', rawType: 'eventMessage' }],
  ['a kind that the library does not know', {}, { type: 'UNSUPPORTED', rawType: 'unknown' }],
  ['an edit', editOf, undefined],
  ['an edit in its wrapper', { editedMessage: { message: editOf } }, undefined],
  ['a deletion', { protocolMessage: { type: proto.Message.ProtocolMessage.Type.REVOKE } }, undefined],
  ['a reaction', { reactionMessage: { text: '👍' } }, undefined],
  ['a vote', { pollUpdateMessage: {} }, undefined],
  ['a key of a group', { senderKeyDistributionMessage: { groupId: '1@g.us' } }, undefined],
];

test.each(rows)('%s is read as what it is', (_what, message, content) => {
  const decoded = proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish());
  expect(fromProto(decoded)).toEqual(content);
});

test('a message nested without end is read without end of patience', () => {
  let message: proto.IMessage = text;
  for (let depth = 0; depth < 100; depth++) message = { ephemeralMessage: { message } };
  expect(fromProto(message)).toMatchObject({ type: 'UNSUPPORTED', rawType: 'ephemeralMessage' });
});

test('a text comes back as it was sent', () => {
  const sent = { type: 'TEXT', text: 'satu\n*dua* 😀' } as const;
  const chat = '6281100000002@s.whatsapp.net';
  const bytes = proto.Message.encode(proto.Message.fromObject(toProto(sent, { chat, self }))).finish();
  expect(fromProto(proto.Message.decode(bytes))).toEqual(sent);
});

const known = new Map([['222222222222222', '6281100000002']]);
const complete = async ({ phone, lid }: { phone: string | null; lid: string | null }) => ({
  phone: phone ?? known.get(lid ?? '') ?? null,
  lid,
});
const padded = (message: proto.IMessage) =>
  Buffer.concat([proto.Message.encode(proto.Message.fromObject(message)).finish(), Buffer.from([1])]);

test.each([
  ['by phone', { from: '6281100000002:3@s.whatsapp.net', sender_lid: '222222222222222@lid' }],
  ['by LID with the phone beside it', { from: '222222222222222:3@lid', sender_pn: '6281100000002@s.whatsapp.net' }],
  ['by LID whose phone was learned before', { from: '222222222222222:3@lid' }],
])('a sender named %s has one chat', async (_how, attrs) => {
  const [arrival] = await readArrivals(
    { id: 'A', t: '1700000000', notify: 'Sari', ...attrs },
    padded(text),
    self,
    complete,
  );
  expect(arrival?.payload).toMatchObject({
    chat: '6281100000002@s.whatsapp.net',
    peer: { phone: '6281100000002', lid: '222222222222222' },
    fromMe: false,
    pushName: 'Sari',
    timestamp: '2023-11-14T22:13:20.000Z',
  });
});

test('a sender whose phone is unknown has a chat by LID', async () => {
  const attrs = { id: 'A', t: '1', from: '333333333333333@lid' };
  const [arrival] = await readArrivals(attrs, padded(text), self, complete);
  expect(arrival?.payload).toMatchObject({
    chat: '333333333333333@lid',
    peer: { phone: null, lid: '333333333333333' },
  });
});

test('a status is told with its author, and takes no words but its end', async () => {
  const attrs = { id: 'A', t: '1700000000', from: 'status@broadcast', participant: '222222222222222:3@lid' };
  const [arrival] = await readArrivals(attrs, padded(text), self, complete);
  expect(arrival).toMatchObject({
    kind: 'message-received',
    payload: { chat: 'status@broadcast', peer: null, sender: { phone: '6281100000002' }, fromMe: false },
  });
  const key = { remoteJid: 'status@broadcast', fromMe: true, id: 'A' };
  const said = (message: proto.IMessage) => readArrivals({ ...attrs, id: 'B' }, padded(message), self, complete);
  expect(await said({ reactionMessage: { key, text: '👍' } })).toEqual([]);
  const { REVOKE } = proto.Message.ProtocolMessage.Type;
  expect(await said({ protocolMessage: { key, type: REVOKE } })).toMatchObject([
    { kind: 'message-deleted', payload: { target: { waMessageId: 'A', fromMe: false } } },
  ]);
});

test('a receipt of a status is that of one viewer', async () => {
  const attrs = { id: 'A', from: 'status@broadcast', participant: '222222222222222@lid', type: 'read', t: '1' };
  expect(await readReceipt({ tag: 'receipt', attrs }, self, complete)).toMatchObject([
    { chat: 'status@broadcast', status: 'READ', participant: { phone: '6281100000002' } },
  ]);
});

test('statuses of nobody and channels are no chats', async () => {
  for (const from of ['status@broadcast', '120363000000000000@newsletter']) {
    expect(await readArrivals({ id: 'A', t: '1', from }, padded(text), self, complete)).toEqual([]);
  }
});

test('messages that the own phone hands over are received, and from nobody else', async () => {
  const key = { remoteJid: '6281100000002@s.whatsapp.net', fromMe: false, id: 'LOST' };
  const webMessageInfoBytes = proto.WebMessageInfo.encode(
    proto.WebMessageInfo.fromObject({ key, message: text, messageTimestamp: 1_700_000_000, pushName: 'Sari' }),
  ).finish();
  const message = padded({
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: {
        peerDataOperationResult: [{ placeholderMessageResendResponse: { webMessageInfoBytes } }],
      },
    },
  });
  const attrs = { id: 'B', t: '1', category: 'peer' };
  const own = await readArrivals({ ...attrs, from: `${self.phone}@s.whatsapp.net` }, message, self, complete);
  expect(own).toMatchObject([
    { kind: 'message-received', payload: { waMessageId: 'LOST', chat: key.remoteJid, fromMe: false, content: asText } },
  ]);
  expect(await readArrivals({ ...attrs, from: key.remoteJid }, message, self, complete)).toEqual([]);
});

test.each([
  [{}, 'DELIVERED'],
  [{ type: 'read' }, 'READ'],
  [{ type: 'played' }, 'PLAYED'],
])('a receipt %j says %s', async (attrs, status) => {
  const node = {
    tag: 'receipt',
    attrs: { id: 'A', from: '222222222222222@lid', t: '1700000000', ...attrs },
    content: [{ tag: 'list', attrs: {}, content: [{ tag: 'item', attrs: { id: 'B' } }] }],
  };
  const chat = '6281100000002@s.whatsapp.net';
  const at = new Date(1_700_000_000_000);
  expect(await readReceipt(node, self, complete)).toEqual([
    { waMessageId: 'A', chat, status, at },
    { waMessageId: 'B', chat, status, at },
  ]);
});

test('a receipt from a group is that of one member', async () => {
  const attrs = { id: 'A', from: '120363000000000000@g.us', participant: '222222222222222@lid', t: '1700000000' };
  expect(await readReceipt({ tag: 'receipt', attrs }, self, complete)).toEqual([
    {
      waMessageId: 'A',
      chat: attrs.from,
      status: 'DELIVERED',
      at: new Date(1_700_000_000_000),
      participant: { phone: '6281100000002', lid: '222222222222222' },
    },
  ]);
});

test.each([
  ['of the own devices', { from: `${self.phone}@s.whatsapp.net`, recipient: '6281100000002@s.whatsapp.net' }],
  ['of the own account', { from: `${self.lid}@lid` }],
  ['of the own account in a group', { from: '120363000000000000@g.us', participant: `${self.lid}@lid` }],
  ['that ask for a message again', { from: '222222222222222@lid', type: 'retry' }],
])('receipts %s say nothing of a sent message', async (_which, attrs) => {
  expect(await readReceipt({ tag: 'receipt', attrs: { id: 'A', ...attrs } }, self, complete)).toEqual([]);
});

test.each([
  [undefined, { kind: 'sent' }],
  ['463', { kind: 'failed', code: 'restricted' }],
  ['404', { kind: 'failed', code: 'recipient_not_on_whatsapp' }],
  ['479', { kind: 'retry' }],
  ['429', { kind: 'retry' }],
  ['503', { kind: 'retry' }],
  ['400', { kind: 'failed', code: 'rejected_by_whatsapp' }],
])('an ack with error %s is read', (error, outcome) => {
  expect(outcomeOf({ ...(error === undefined ? {} : { error }) })).toMatchObject(outcome);
});

test('addresses of devices, LIDs and strangers become people', () => {
  expect(identityOf('6281100000002:7@s.whatsapp.net')).toEqual({ phone: '6281100000002', lid: null });
  expect(identityOf('222222222222222:0@lid', '6281100000002@s.whatsapp.net')).toEqual({
    phone: '6281100000002',
    lid: '222222222222222',
  });
  expect(identityOf('status@broadcast', undefined)).toEqual({ phone: null, lid: null });
  expect(chatOf({ phone: null, lid: null })).toBeNull();
});
