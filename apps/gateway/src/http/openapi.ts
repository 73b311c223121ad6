import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { componentExamples } from './component-examples.js';
import { contentExamples } from './content-examples.js';

const description = `Send and receive WhatsApp messages over many numbers.

Give your API key as \`x-api-key\` or as \`Authorization: Bearer\`. Errors are \`application/problem+json\` with a stable
\`code\`. Lists page by cursor: pass \`nextCursor\` back as \`cursor\`. A POST that creates or sends takes an
\`Idempotency-Key\`: repeated, it gives the first answer again.`;

const tags = [
  { name: 'Profiles', description: 'WhatsApp numbers: link them, open and close their sessions.' },
  { name: 'Messages', description: 'Send, list, cancel.' },
  { name: 'Media', description: 'Files to send, and files that were received.' },
  { name: 'Conversations', description: 'Chats of a profile.' },
  { name: 'Presence', description: 'Who is online, types or records; ours and that of others.' },
  { name: 'Calls', description: 'Calls to the number of a profile.' },
  { name: 'Contacts', description: 'People a profile has met, by phone and LID.' },
  { name: 'Opt-outs', description: 'Who wants no messages of this workspace, and the history of it.' },
  { name: 'Broadcasts', description: 'One text to many people, at a pace.' },
  { name: 'Automations', description: 'Flows that answer received messages, and their runs.' },
  { name: 'Events', description: 'One log of all that happened.' },
  { name: 'Webhooks', description: 'The same events, POSTed to you and signed (Standard Webhooks).' },
  { name: 'Engine', description: 'The workers that hold the sessions; for the operator.' },
  { name: 'Accounts', description: 'Groups of profiles, one for each of your clients.' },
  { name: 'API keys', description: 'Keys of this workspace, with scopes and expiry.' },
];

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Any text of your own, up to 255 visible ASCII characters, different for each request.',
  schema: { type: 'string', maxLength: 255 },
  example: 'order-4711-confirmation',
};
const lastEventId = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'The id of the last event that was read.',
  schema: { type: 'string' },
};

/** OpenAPI 3.1 from the same schemas that parse, at /docs and /docs/json. */
export async function installOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'MultiWA', version, description },
      tags,
      components: {
        securitySchemes: {
          apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => finish(jsonSchemaTransformObject(document) as OpenApi) as never,
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
}

type Json = Record<string, unknown>;
interface OpenApi {
  paths?: Record<string, Record<string, Json>>;
  components?: { schemas?: Record<string, Json> };
}

/** Adds the headers and examples that schemas do not say, and leaves out components that nothing refers to. */
function finish(document: OpenApi): OpenApi {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations)) {
      const { 'x-idempotent': idempotent, 'x-csv-body': csvBody, 'x-file-body': fileBody, parameters = [] } = operation;
      delete operation['x-idempotent'];
      delete operation['x-csv-body'];
      delete operation['x-file-body'];
      if (csvBody) operation.requestBody = csvRequestBody(csvBody);
      if (fileBody) operation.requestBody = fileRequestBody;
      const isStream = JSON.stringify(operation.responses).includes('text/event-stream');
      const headers = [...(idempotent ? [idempotencyKey] : []), ...(isStream ? [lastEventId] : [])];
      if (headers.length > 0) operation.parameters = [...(parameters as Json[]), ...headers];
    }
  }
  const { components = {}, ...rest } = document;
  const schemas = components.schemas ?? {};
  const used = referredFrom(rest, schemas);
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  return addExamples(shortenNames({ ...rest, components: { ...components, schemas: kept } }));
}

const fileRequestBody = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['file'],
        properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
      },
      example: { file: '(the bytes of the file)' },
    },
  },
};

function csvRequestBody(example: unknown): Json {
  return { required: true, content: { 'text/csv': { schema: { type: 'string' }, example } } };
}

function referredFrom(start: unknown, schemas: Record<string, Json>): Set<string> {
  const used = new Set<string>();
  const open: unknown[] = [start];
  while (open.length > 0) {
    for (const [, name = ''] of JSON.stringify(open.pop()).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name) || !schemas[name]) continue;
      used.add(name);
      open.push(schemas[name]);
    }
  }
  return used;
}

/** A shape that is only ever an input needs no suffix that says so. */
function shortenNames(document: OpenApi): OpenApi {
  const names = Object.keys(document.components?.schemas ?? {});
  let text = JSON.stringify(document);
  for (const name of names) {
    const short = name.replace(/Input$/, '');
    if (short === name || names.includes(short)) continue;
    text = text
      .replaceAll(`"#/components/schemas/${name}"`, `"#/components/schemas/${short}"`)
      .replaceAll(`"${name}":`, `"${short}":`);
  }
  return JSON.parse(text);
}

function addExamples(document: OpenApi): OpenApi {
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    schema.example ??= componentExamples[name];
    addContentExamples(schema);
  }
  return document;
}

/** What messages say is one shape a kind, wherever it stands; each gets the example of its kind. */
function addContentExamples(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [name, part] of Object.entries(schema as Record<string, Json | undefined>)) {
    addContentExamples(part);
    if (name !== 'content' || !Array.isArray(part?.oneOf)) continue;
    for (const member of part.oneOf as { properties?: { type?: { const?: keyof typeof contentExamples } } }[]) {
      const type = member.properties?.type?.const;
      if (type !== undefined) Object.assign(member, { example: contentExamples[type] });
    }
  }
}
