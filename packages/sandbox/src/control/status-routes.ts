import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxCore } from '../core.js';
import { parse } from './problem.js';
import { phoneParamSchema } from './schemas.js';

const postSchema = z.strictObject({
  /** Phones whose owners may see it. */
  to: z.array(z.string().min(3).max(60)).min(1).max(1_000),
  /** Any WhatsApp message as JSON, also one that takes an earlier status back. */
  content: z.record(z.string(), z.unknown()),
  id: z.string().min(8).max(64).optional(),
});

/** Statuses that phones post; those that they see are among their messages, with `group` as `status@broadcast`. */
export function registerStatusRoutes(app: FastifyInstance, core: SandboxCore): void {
  app.post('/phones/:phone/statuses', async (request, reply) => {
    const phone = core.phone(parse(phoneParamSchema, request.params).phone);
    const { to, content, id } = parse(postSchema, request.body);
    const audience = to.map((one) => core.phone(one).account);
    reply.status(201);
    return phone.postStatus({ audience, content, ...(id === undefined ? {} : { id }) });
  });
}
