import { createRequire } from 'node:module';
import path from 'node:path';
import fc from 'fast-check';
import protobuf from 'protobufjs';

const require = createRequire(import.meta.url);
const folder = path.resolve(path.dirname(require.resolve('@whiskeysockets/baileys')), '..');
const schema = protobuf.loadSync(path.join(folder, 'WAProto', 'WAProto.proto'));
const message = schema.lookupType('proto.Message');

/** How deep messages stand in one another: below it they are empty. */
const DEPTH = 4;

/** The kinds of message that the library's own protobuf schema names. */
export const messageKinds: readonly string[] = message.fieldsArray.map(({ name }) => name);

/** Bytes of a message of one kind, with nothing in it. */
export function emptyMessage(kind: string): Buffer {
  const field = message.fields[kind];
  const value = field?.type === 'string' ? ' ' : {};
  return encode({ [kind]: value });
}

/** Bytes of any message that the schema allows, of a kind chosen evenly, with its fields filled at random. */
export function anyMessage(): fc.Arbitrary<Buffer> {
  return fc
    .constantFrom(...messageKinds)
    .chain((kind) => anyValue(field(kind), DEPTH).map((value) => encode({ [kind]: value })));
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
  const values = fields.map((one) => {
    const given = fc.constant(null).chain(() => anyValue(one.resolve(), depth - 1));
    return [one.name, fc.option(given, { freq: 1, nil: undefined })] as const;
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
