import { messageDeletedFactSchema, receivedContentSchema } from '@multiwa/contracts';
import { proto } from '@whiskeysockets/baileys';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromProto } from '../src/engines/baileys/converters/index.js';
import { readArrivals } from '../src/engines/baileys/read-arrivals.js';
import { anyMessage, emptyMessage, messageKinds } from './support/schema-message.js';

const self = { phone: '6281100000001', lid: '111111111111111' };
const attrs = { id: 'ABC', t: '1700000000', from: '6281100000002@s.whatsapp.net', notify: 'Sari' };
const about = messageDeletedFactSchema.omit({ profileId: true, workspaceId: true, at: true });

test('whatever a phone can send is read without an error, as something that can be stored', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(anyMessage(), async (bytes) => {
      const padded = Buffer.concat([bytes, Buffer.from([1])]);
      for (const { kind, payload } of await readArrivals(attrs, padded, self, async (one) => one)) {
        seen.add(kind === 'message-received' ? payload.type : kind);
        if (kind !== 'message-received') about.parse(JSON.parse(JSON.stringify(payload)));
        else expect(receivedContentSchema.parse(JSON.parse(JSON.stringify(payload.content)))).toEqual(payload.content);
      }
    }),
    { numRuns: 600 },
  );
  for (const kind of ['TEXT', 'UNSUPPORTED']) expect(seen).toContain(kind);
});

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
