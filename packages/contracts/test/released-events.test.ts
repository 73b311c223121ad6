import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventExamples } from '../src/bus/event-examples.js';
import { eventSchemas } from '../src/docs/event-schemas.js';
import { eventEnvelopeSchema, events, eventTypes, exampleEnvelope } from '../src/index.js';
import { incompatibilities } from './support/compare-schemas.js';

const file = fileURLToPath(new URL('../released/events.json', import.meta.url));
const released = JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof eventSchemas>;
const present = eventSchemas();

test('an event keeps what was released of it, or has a new version ("pnpm docs --release" writes the released ones)', () => {
  const broken = Object.entries(released).flatMap(([type, { version, schema }]) => {
    const now = present[type];
    if (!now) return [`${type} is gone`];
    if (now.version > version)
      return now.version === version + 1 ? [] : [`${type}: version ${version + 1} is left out`];
    return incompatibilities(schema, now.schema, type);
  });
  expect(broken).toEqual([]);
});

test.each(eventTypes)('the example of %s is what its schema says, in full', (type) => {
  const { data, version, description } = events[type];
  expect(data.parse(eventExamples[type])).toEqual(eventExamples[type]);
  expect(eventEnvelopeSchema.parse(exampleEnvelope(type, version)).type).toBe(type);
  expect(description).toMatch(/^[A-Z].*\.$/);
});

test('a changed schema is told apart: fields and members of open lists may come, nothing may go or change', () => {
  const text = {
    type: 'object',
    properties: { type: { const: 'TEXT' }, text: { type: 'string' } },
    required: ['type', 'text'],
  };
  const before = {
    type: 'object',
    properties: { kind: { enum: ['A'] }, content: { oneOf: [text] } },
    required: ['kind'],
  };
  const open = { ...before, properties: { ...before.properties, kind: { enum: ['A'], 'x-extensible': true } } };
  const changed = (properties: object, required = ['kind']) => ({
    ...before,
    properties: { ...before.properties, ...properties },
    required,
  });
  expect(incompatibilities(before, changed({ more: { type: 'string' } }, ['kind', 'more']))).toEqual([]);
  expect(incompatibilities(open, changed({ kind: { enum: ['A', 'B'], 'x-extensible': true } }))).toEqual([]);
  expect(incompatibilities(before, changed({ kind: { enum: ['A', 'B'] } }))).toHaveLength(1);
  expect(incompatibilities(before, changed({ kind: { enum: ['B'], 'x-extensible': true } }))).not.toEqual([]);
  expect(incompatibilities(before, changed({ kind: undefined }))).toHaveLength(1);
  expect(incompatibilities(before, changed({}, []))).toHaveLength(1);
  const renamed = { ...text, properties: { type: { const: 'TEXT' }, body: { type: 'string' } } };
  expect(incompatibilities(before, changed({ content: { oneOf: [renamed] } }))).toEqual([
    '#/content/TEXT/text is gone',
  ]);
  const picture = { type: 'object', properties: { type: { const: 'IMAGE' } } };
  expect(incompatibilities(before, changed({ content: { oneOf: [text, picture] } }))).toHaveLength(1);
});
