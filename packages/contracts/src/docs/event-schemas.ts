import { z } from 'zod';
import { eventEnvelopeSchema, events, eventTypes } from '../bus/events.js';

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of what subscribers read: without the "no other fields" that zod adds, since fields may be added.
 */
export function readerSchema(schema: z.ZodType, target: 'draft-2020-12' | 'draft-7' = 'draft-2020-12'): JsonSchema {
  const {
    $schema: _dialect,
    id: _component,
    ...rest
  } = z.toJSONSchema(schema, {
    target,
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return rest;
}

/** Every schema that subscribers rely on, by type, beside its version; the envelope stands under "envelope". */
export function eventSchemas(): Record<string, { version: number; schema: JsonSchema }> {
  const ofData = eventTypes.map((type) => {
    const { version, data } = events[type];
    return [type, { version, schema: readerSchema(data) }] as const;
  });
  return { envelope: { version: 1, schema: readerSchema(eventEnvelopeSchema) }, ...Object.fromEntries(ofData) };
}
