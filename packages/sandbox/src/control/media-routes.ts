import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxCore } from '../core.js';
import { SandboxError } from '../errors.js';
import { openOnPhone, uploadFromPhone } from '../phone/phone-media.js';
import { parse } from './problem.js';
import { messageParamSchema, phoneParamSchema } from './schemas.js';

const kindSchema = z.strictObject({ kind: z.enum(['image', 'video', 'audio', 'document', 'sticker']) });
const bytes = z.int().min(0);

const actionSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('stall'), afterBytes: bytes.optional() }),
  z.strictObject({ do: z.literal('status'), status: z.int().min(400).max(599) }),
  z.strictObject({ do: z.literal('reset'), afterBytes: bytes.optional() }),
  z.strictObject({ do: z.literal('pad'), bytes }),
  z.strictObject({ do: z.literal('cut'), bytes }),
  z.strictObject({ do: z.literal('corrupt') }),
  z.strictObject({ do: z.literal('type'), contentType: z.string().max(100) }),
  z.strictObject({ do: z.literal('delay'), delayMs: z.int().min(1).max(600_000) }),
]);

const mediaFaultSchema = z.strictObject({
  direction: z.enum(['upload', 'download']),
  mediaType: z.string().optional(),
  sha256: z.string().optional(),
  action: actionSchema,
  times: z.int().min(1).optional(),
});

const expireSchema = z.strictObject({ sha256: z.string().optional(), forgotten: z.boolean().optional() });

const rememberSchema = z.strictObject({ sha256: z.string() });

/** Files: what lies on the media hosts and what goes wrong there, what phones send and what they got. */
export function registerMediaRoutes(app: FastifyInstance, core: SandboxCore): void {
  const { media } = core;

  app.get('/media', async () => ({ media: media.store.list() }));
  app.post('/media/expire', async (request) => ({
    expired: media.store.expire(parse(expireSchema, request.body ?? {})),
  }));
  app.post('/media/remember', async (request) => ({
    remembered: media.store.remember(parse(rememberSchema, request.body).sha256),
  }));
  app.get('/media/faults', async () => ({ faults: media.faults.list() }));
  app.post('/media/faults', async (request, reply) => {
    reply.status(201);
    return media.faults.add(parse(mediaFaultSchema, request.body));
  });
  app.delete('/media/faults', async (_request, reply) => {
    media.faults.clear();
    return reply.status(204).send();
  });

  // In a scope of its own: only here a body is bytes.
  app.register(async (scope) => {
    scope.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body));
    scope.post('/phones/:phone/media', async (request, reply) => {
      core.phone(parse(phoneParamSchema, request.params).phone);
      const { kind } = parse(kindSchema, request.query);
      reply.status(201);
      return uploadFromPhone(media, request.body as Readable, kind);
    });
  });

  app.get('/phones/:phone/messages/:id/media', async (request) => {
    const { phone, id } = parse(messageParamSchema, request.params);
    const message = core.phone(phone).records.received.find((one) => one.id === id);
    if (!message) throw new SandboxError('message_not_found', `This phone did not receive ${id}.`);
    return openOnPhone(media, message.content);
  });
}
