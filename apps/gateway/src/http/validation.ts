import type { FieldError } from '@multiwa/contracts';
import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { validationFailed } from '../validation-failed.js';

/** Where each part of a request stands in a pointer. */
const roots: Readonly<Record<string, string>> = {
  body: '#',
  querystring: '#/query',
  params: '#/path',
  headers: '#/headers',
};

/** Parses one part of a request with its zod schema; what comes out is what handlers get. */
export const compileValidator: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const root = roots[httpPart ?? 'body'] ?? '#';
  return (input) => {
    const unstorable = findUnstorable(input);
    if (unstorable) return { error: validationFailed([{ ...unstorable, pointer: root + unstorable.pointer }]) };
    const result = schema.safeParse(input);
    if (result.success) return { value: result.data };
    return { error: validationFailed(result.error.issues.flatMap((issue) => fieldErrors(root, issue, input))) };
  };
};

function fieldErrors(root: string, issue: z.core.$ZodIssue, input: unknown): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerTo(root, [...path, key]),
      code: 'unknown_field',
      message: 'There is no such field.',
    }));
  }
  const missing = path.length > 0 && valueAt(input, path) === undefined;
  const message = missing ? 'is required' : issue.message;
  return [{ pointer: pointerTo(root, path), code: missing ? 'required' : issue.code, message }];
}

/** RFC 6901. */
function pointerTo(root: string, path: readonly string[]): string {
  return [root, ...path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined),
    input,
  );
}

/** NUL and halves of a surrogate pair: valid in JSON's escapes, but no text that PostgreSQL or WhatsApp can hold. */
const unstorableText = new RegExp(`${String.fromCharCode(0)}|\\p{Surrogate}`, 'u');
/** No request of ours is nested nearly as deep; walking further could exhaust the stack. */
const maxDepth = 32;

function findUnstorable(value: unknown, path: readonly string[] = []): FieldError | undefined {
  if (typeof value === 'string') return unstorableText.test(value) ? invalidText(path) : undefined;
  if (!isObject(value)) return undefined;
  if (path.length === maxDepth) return { pointer: '', code: 'too_deep', message: 'is nested too deeply' };
  for (const key of Object.keys(value)) {
    if (unstorableText.test(key)) return invalidText(path);
    const inner = value[key];
    const found = typeof inner === 'string' || isObject(inner) ? findUnstorable(inner, [...path, key]) : undefined;
    if (found) return found;
  }
  return undefined;
}

function invalidText(path: readonly string[]): FieldError {
  return { pointer: pointerTo('', path), code: 'invalid_text', message: 'holds NUL or half of a surrogate pair' };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
