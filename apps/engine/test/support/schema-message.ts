import { createRequire } from 'node:module';
import path from 'node:path';
import fc from 'fast-check';
import protobuf from 'protobufjs';

const require = createRequire(import.meta.url);
const folder = path.resolve(path.dirname(require.resolve('@whiskeysockets/baileys')), '..');
const schema = protobuf.loadSync(path.join(folder, 'WAProto', 'WAProto.proto'));
const message = schema.lookupType('proto.Message');

const webMessage = schema.lookupType('proto.WebMessageInfo');

/** Kinds that hold another message and nothing else. */
const wrappers = message.fieldsArray.flatMap((one) => {
  const type = one.resolve().resolvedType;
  return type instanceof protobuf.Type && type.fields.message?.type === 'Message' ? [one.name] : [];
});

/** Those that phones use every day, and what is in them. */
const usual = [
  'ephemeralMessage',
  'viewOnceMessage',
  'documentWithCaptionMessage',
  'editedMessage',
  'deviceSentMessage',
];
const frequent = ['extendedTextMessage', 'imageMessage', 'documentMessage', 'reactionMessage', 'protocolMessage'];

/** How deep messages stand in one another: below it they are empty. */
const DEPTH = 4;
const FIELDS_OF_A_PART = 4;

/** The kinds of message that the library's own protobuf schema names. */
export const messageKinds: readonly string[] = message.fieldsArray.map(({ name }) => name);

/** Bytes of a message of one kind, with nothing in it. */
export function emptyMessage(kind: string): Buffer {
  const field = message.fields[kind];
  const value = field?.type === 'string' ? ' ' : {};
  return encode({ [kind]: value });
}

/** Bytes of any message of a kind that the schema allows, with its fields filled at random. */
export function anyMessage(kind: string): fc.Arbitrary<Buffer> {
  return anyContent(kind).map(encode);
}

/** Bytes of any message inside of one to six others, as disappearing, view-once, edited and forwarded ones travel. */
export function anyWrappedMessage(): fc.Arbitrary<Buffer> {
  const wrapped = fc.oneof(anyKind(), fc.constantFrom(...frequent)).chain(anyContent);
  const wrapper = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...usual) }, fc.constantFrom(...wrappers));
  return fc
    .tuple(wrapped, fc.array(wrapper, { minLength: 1, maxLength: 6 }))
    .map(([inner, around]) =>
      encode(around.reduce<object>((content, wrapper) => ({ [wrapper]: { message: content } }), inner)),
    );
}

/** Bytes of an edit or a deletion of an earlier message, with everything in it at random. */
export function anyChange(): fc.Arbitrary<Buffer> {
  const type = fc.constantFrom('REVOKE', 'MESSAGE_EDIT');
  return fc
    .tuple(anyValue(field('protocolMessage'), DEPTH), type)
    .map(([value, type]) => encode({ protocolMessage: { ...(value as object), type } }));
}

/** Bytes of a message with which the own phone hands over any messages, or something that is none. */
export function anyHandOver(): fc.Arbitrary<Buffer> {
  const key = anyValue(field('reactionMessage'), DEPTH).map((reaction) => (reaction as { key?: object }).key);
  const info = fc.tuple(key, anyKind().chain(anyContent)).map(([key, content]) => {
    const named = { remoteJid: '6281100000002@s.whatsapp.net', id: 'LOST', ...key };
    return webMessage.encode(webMessage.fromObject({ key: named, message: content, messageTimestamp: 1 })).finish();
  });
  const bytes = fc.oneof({ weight: 9, arbitrary: info }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) });
  return fc.array(bytes, { maxLength: 3 }).map((given) => {
    const peerDataOperationResult = given.map((webMessageInfoBytes) => ({
      placeholderMessageResendResponse: { webMessageInfoBytes },
    }));
    const type = 'PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE';
    const peerDataOperationRequestResponseMessage = { peerDataOperationResult };
    return encode({ protocolMessage: { type, peerDataOperationRequestResponseMessage } });
  });
}

const anyKind = () => fc.constantFrom(...messageKinds);

function anyContent(kind: string): fc.Arbitrary<object> {
  return anyValue(field(kind), DEPTH).map((value) => ({ [kind]: value }));
}

function field(kind: string): protobuf.Field {
  const found = message.fields[kind];
  if (!found) throw new Error(`the schema has no kind ${kind}`);
  return found.resolve();
}

function encode(value: object): Buffer {
  return Buffer.from(message.encode(message.fromObject(value)).finish());
}

function anyValue({ repeated, resolvedType, type }: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const one = resolvedType instanceof protobuf.Type ? typeOf(resolvedType, depth) : scalarOf(resolvedType, type);
  return repeated ? fc.array(one, { maxLength: 3 }) : one;
}

function typeOf(type: protobuf.Type, depth: number): fc.Arbitrary<object> {
  if (depth === 0) return fc.constant({});
  const fields = type.fieldsArray.filter((one) => !(one instanceof protobuf.MapField));
  // Most fields of the message itself, a few of each part: a message has room for others a hundredfold.
  const share = depth === DEPTH ? 0.7 : Math.min(0.7, FIELDS_OF_A_PART / fields.length);
  const weight = Math.round(100 * share);
  const values = fields.map((one) => {
    const given = fc.constant(null).chain(() => anyValue(one.resolve(), depth - 1));
    const absent = { weight: 100 - weight, arbitrary: fc.constant(undefined) };
    return [one.name, fc.oneof({ weight, arbitrary: given }, absent)] as const;
  });
  return fc.record(Object.fromEntries(values));
}

function scalarOf(resolved: protobuf.Type | protobuf.Enum | null, type: string): fc.Arbitrary<unknown> {
  if (resolved instanceof protobuf.Enum) {
    return fc.oneof(fc.constantFrom(...Object.values(resolved.values)), fc.integer({ min: 0, max: 1_000 }));
  }
  switch (type) {
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 12 });
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 });
    case 'bool':
      return fc.boolean();
    case 'double':
      return fc.double();
    case 'float':
      return fc.float();
    case 'int64':
    case 'sint64':
    case 'sfixed64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case 'uint64':
    case 'fixed64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
    case 'int32':
    case 'sint32':
    case 'sfixed32':
      return fc.integer();
    default:
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
  }
}
