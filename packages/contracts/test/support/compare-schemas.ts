import type { JsonSchema } from '../../src/docs/event-schemas.js';

const notes = new Set(['description', 'title', 'example', 'examples', 'id', '$id']);
const compared = new Set([
  'properties',
  'required',
  'enum',
  'anyOf',
  'oneOf',
  'items',
  'additionalProperties',
  '$defs',
]);

/**
 * What a reader of the released schema would trip over in the present one, a line each. Added fields are compatible, and
 * so are members added to an enum or a union that was released as `x-extensible`.
 */
export function incompatibilities(released: JsonSchema, present: JsonSchema, at = '#'): string[] {
  return [
    ...constraints(released, present, at),
    ...fields(released, present, at),
    ...members(released, present, at),
    ...shapes(released, present, at),
    ...['items', 'additionalProperties'].flatMap((key) => nested(released[key], present[key], `${at}/${key}`)),
  ];
}

function constraints(released: JsonSchema, present: JsonSchema, at: string): string[] {
  return [...new Set([...Object.keys(released), ...Object.keys(present)])]
    .filter((key) => !notes.has(key) && !compared.has(key))
    .filter((key) => JSON.stringify(released[key]) !== JSON.stringify(present[key]))
    .map((key) => `${at}: "${key}" was ${JSON.stringify(released[key])} and is ${JSON.stringify(present[key])}`);
}

function fields(released: JsonSchema, present: JsonSchema, at: string): string[] {
  const [before, now] = [released, present].map(({ properties }) => (properties ?? {}) as Record<string, JsonSchema>);
  const required = list(present.required);
  const gone = list(released.required).filter((name) => !required.includes(name));
  return [
    ...gone.map((name) => `${at}: "${name}" was always there and no longer is`),
    ...Object.entries(before ?? {}).flatMap(([name, schema]) => nested(schema, now?.[name], `${at}/${name}`)),
  ];
}

/** The named shapes that the rest refers to. */
function shapes(released: JsonSchema, present: JsonSchema, at: string): string[] {
  const [before, now] = [released, present].map(({ $defs }) => ($defs ?? {}) as Record<string, JsonSchema>);
  return Object.entries(before ?? {}).flatMap(([name, schema]) => nested(schema, now?.[name], `${at}/${name}`));
}

function members(released: JsonSchema, present: JsonSchema, at: string): string[] {
  const mayGrow = released['x-extensible'] === true;
  const values = [list(released.enum), list(present.enum)] as const;
  const unions = [union(released), union(present)] as const;
  const lost = values[0].filter((value) => !values[1].includes(value));
  const added = mayGrow ? [] : values[1].filter((value) => !values[0].includes(value));
  const more = mayGrow ? [] : [...unions[1].keys()].filter((key) => !unions[0].has(key));
  return [
    ...lost.map((value) => `${at}: the value ${JSON.stringify(value)} is gone`),
    ...added.map((value) => `${at}: the value ${JSON.stringify(value)} is new, and the list is not extensible`),
    ...more.map((key) => `${at}: the alternative ${key} is new, and the union is not extensible`),
    ...[...unions[0]].flatMap(([key, schema]) => nested(schema, unions[1].get(key), `${at}/${key}`)),
  ];
}

/** The alternatives of a union, by the constant of their discriminator, or else by their place. */
function union({ anyOf, oneOf }: JsonSchema): Map<string, JsonSchema> {
  return new Map(
    list(anyOf ?? oneOf).map((member, index) => {
      const { properties } = member as { properties?: { type?: { const?: unknown } } };
      return [String(properties?.type?.const ?? index), member as JsonSchema];
    }),
  );
}

function nested(released: unknown, present: unknown, at: string): string[] {
  if (!isSchema(released)) return [];
  return isSchema(present) ? incompatibilities(released, present, at) : [`${at} is gone`];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
