import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { asyncApi } from '../src/docs/render-asyncapi.js';
import { events, eventTypes, exampleEnvelope } from '../src/index.js';

const specification = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;
const document = asyncApi() as {
  channels: { events: { messages: object } };
  components: { messages: Record<string, { payload: object }> };
};

test('the document is AsyncAPI 3.0.0', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const valid = ajv.validate(specification, document);
  expect(valid, ajv.errorsText(ajv.errors, { separator: '\n' })).toBe(true);
});

test('every event of the catalog is a message of the channel, and its example is what the payload describes', () => {
  expect(Object.keys(document.channels.events.messages)).toEqual(eventTypes);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const type of eventTypes) {
    const { payload } = document.components.messages[type] ?? { payload: {} };
    const example = exampleEnvelope(type, events[type].version);
    expect(ajv.validate(payload, example), `${type}: ${ajv.errorsText()}`).toBe(true);
    expect(ajv.validate(payload, { ...example, data: {} }) && Object.keys(example.data).length > 0, type).toBe(false);
  }
});
