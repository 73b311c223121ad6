import { facts, receivedContentSchema } from '@multiwa/contracts';
import { newId } from '@multiwa/domain';
import { type BinaryNode, proto } from '@whiskeysockets/baileys';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromProto } from '../src/engines/baileys/converters/index.js';
import { readArrivals } from '../src/engines/baileys/read-arrivals.js';
import {
  anyChange,
  anyHandOver,
  anyMessage,
  anyWrappedMessage,
  emptyMessage,
  messageKinds,
} from './support/schema-message.js';

const self = { phone: '6281100000001', lid: '111111111111111' };
const attrs = { id: 'ABC', t: '1700000000', notify: 'Sari' };
const owner = { profileId: newId(), workspaceId: newId(), at: new Date(0).toISOString() };

type Stanza = BinaryNode['attrs'];
const who = { pn: '6281100000002@s.whatsapp.net', lid: '222222222222222@lid', group: '120363000000000001@g.us' };

/** Where a message can come from, as its stanza says it. */
const stanzas: readonly Stanza[] = [
  { from: who.pn },
  { from: '6281100000002:3@s.whatsapp.net', sender_lid: who.lid },
  { from: who.lid, sender_pn: who.pn },
  { from: who.lid },
  { from: who.group, participant: who.lid, participant_pn: who.pn },
  { from: who.group, participant: `${self.lid}:1@lid` },
  { from: `${self.phone}@s.whatsapp.net`, recipient: who.pn },
  { from: `${self.lid}@lid`, recipient: who.lid, peer_recipient_pn: who.pn },
  { from: `${self.phone}@s.whatsapp.net`, category: 'peer' },
  { from: who.pn, category: 'peer' },
  { from: 'status@broadcast', participant: who.pn },
  { from: '120363000000000002@newsletter' },
  { from: '1234@broadcast', participant: who.pn },
  { from: 'nobody' },
  {},
];

/** Reads it as the engine does; everything that comes of it can be stored as it is. */
async function readAll(message: Uint8Array, stanza: Stanza): Promise<string[]> {
  const padded = Buffer.concat([message, Buffer.from([1])]);
  const arrivals = await readArrivals({ ...attrs, ...stanza }, padded, self, async (one) => one);
  return arrivals.map(({ kind, payload }) => {
    const stored: unknown = JSON.parse(JSON.stringify(payload));
    facts[kind].schema.parse({ ...(stored as object), ...owner });
    if (kind !== 'message-received') return kind;
    const { content } = stored as typeof payload;
    expect(receivedContentSchema.parse(content)).toEqual(content);
    return payload.type;
  });
}

/** Each kind on its own, so that none is left to chance. */
const RUNS_PER_KIND = 20;
/** Of these one in twelve at random has all that makes them mean something. */
const rarelyWhole = ['pollUpdateMessage', 'reactionMessage'];
const RUNS_PER_RARE_KIND = 500;

test('whatever a phone can send, from wherever, is read without an error, as something that can be stored', async () => {
  const seen = new Set<string>();
  for (const kind of messageKinds) {
    await fc.assert(
      fc.asyncProperty(anyMessage(kind), fc.constantFrom(...stanzas), async (message, stanza) => {
        for (const read of await readAll(message, stanza)) seen.add(read);
      }),
      { numRuns: rarelyWhole.includes(kind) ? RUNS_PER_RARE_KIND : RUNS_PER_KIND },
    );
  }
  const messages = ['TEXT', 'IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT', 'STICKER', 'LOCATION', 'CONTACT', 'POLL'];
  for (const kind of [...messages, 'UNSUPPORTED', 'message-reaction', 'poll-vote']) expect(seen).toContain(kind);
}, 120_000);

test('what changes an earlier message is read likewise, whatever it is changed to', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(anyChange(), fc.constantFrom(...stanzas), async (message, stanza) => {
      for (const read of await readAll(message, stanza)) seen.add(read);
    }),
    { numRuns: 400 },
  );
  expect([...seen].sort()).toEqual(['message-deleted', 'message-edited']);
}, 120_000);

test('what travels in other messages is read likewise, however it is wrapped', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(anyWrappedMessage(), fc.constantFrom(...stanzas), async (message, stanza) => {
      for (const read of await readAll(message, stanza)) seen.add(read);
    }),
    { numRuns: 1_000 },
  );
  for (const kind of ['TEXT', 'IMAGE', 'UNSUPPORTED', 'message-reaction']) expect(seen).toContain(kind);
}, 120_000);

test('what the own phone hands over is read likewise, whatever is in it', async () => {
  const stanza = { from: `${self.phone}@s.whatsapp.net`, category: 'peer' };
  let handedOver = 0;
  await fc.assert(
    fc.asyncProperty(anyHandOver(), async (message) => {
      handedOver += (await readAll(message, stanza)).length;
    }),
    { numRuns: 500 },
  );
  expect(handedOver).toBeGreaterThan(50);
}, 120_000);

test('bytes that are no message at all are refused, and nothing else comes of them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...stanzas), async (bytes, stanza) => {
      const read = readAll(bytes, stanza);
      // Protobuf says no to most; what it takes is read like any other message.
      await read.catch((error: Error) => expect(error.message).toMatch(PROTOBUF_REFUSALS));
    }),
    { numRuns: 2_000 },
  );
}, 120_000);
const PROTOBUF_REFUSALS =
  /index out of range|invalid (wire type|end group|varint|tag|field)|missing required|max depth|unpadRandomMax16/i;

test('each kind of the schema is a message, or is about another one, and none is lost without a name', () => {
  expect(messageKinds.length).toBeGreaterThan(80);
  const silent = messageKinds.filter((kind) => {
    const content = fromProto(proto.Message.decode(emptyMessage(kind)));
    if (content?.type === 'UNSUPPORTED') expect(content.rawType).toMatch(/^\w+$/);
    return content === undefined;
  });
  // Words between clients, and about earlier messages; each change to this list is a decision.
  expect(silent.sort()).toEqual([
    'call',
    'chat',
    'deviceSentMessage',
    'encCommentMessage',
    'encEventResponseMessage',
    'encReactionMessage',
    'fastRatchetKeySenderKeyDistributionMessage',
    'keepInChatMessage',
    'pinInChatMessage',
    'placeholderMessage',
    'pollUpdateMessage',
    'protocolMessage',
    'reactionMessage',
    'secretEncryptedMessage',
    'senderKeyDistributionMessage',
    'stickerSyncRmrMessage',
  ]);
});

test('a field that this version of the library does not know is a message of an unknown kind', () => {
  const tooNew = Buffer.from([0xfa, 0xf0, 0x04, 0x00]);
  expect(fromProto(proto.Message.decode(tooNew))).toEqual({ type: 'UNSUPPORTED', rawType: 'unknown' });
});
