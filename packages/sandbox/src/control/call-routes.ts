import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxCore } from '../core.js';
import { SandboxError } from '../errors.js';
import { endCall, placeCall } from '../server/route-call.js';
import { showChatState, showPresence } from '../server/route-presence.js';
import { parse } from './problem.js';
import { phoneParamSchema } from './schemas.js';

const callSchema = z.strictObject({ to: z.string().min(3).max(60), video: z.boolean().default(false) });
const callParamSchema = phoneParamSchema.extend({ call: z.string().max(64) });
const endSchema = z.strictObject({ reason: z.enum(['hangup', 'timeout']).default('hangup') });
const presenceSchema = z.union([
  z.strictObject({ state: z.enum(['online', 'offline']) }),
  z.strictObject({ state: z.enum(['typing', 'recording', 'paused']), to: z.string().min(3).max(60) }),
]);

/** Calls that a phone places, and what it shows of itself. */
export function registerCallRoutes(app: FastifyInstance, core: SandboxCore): void {
  const phoneOf = (params: unknown) => core.phone(parse(phoneParamSchema, params).phone);

  app.post('/phones/:phone/calls', async (request, reply) => {
    const { to, video } = parse(callSchema, request.body);
    const call = await placeCall(core.network, phoneOf(request.params).account, core.phone(to).account, video);
    reply.status(201);
    return call;
  });

  app.get('/phones/:phone/calls', async (request) => {
    const { phone } = phoneOf(request.params).account;
    return { calls: [...core.network.calls.values()].filter(({ from }) => from === phone) };
  });

  app.post('/phones/:phone/calls/:call/end', async (request, reply) => {
    const { call: id } = parse(callParamSchema, request.params);
    const call = core.network.calls.get(id);
    if (!call) throw new SandboxError('message_not_found', `There is no call ${id}.`);
    await endCall(core.network, call, parse(endSchema, request.body ?? {}).reason);
    return reply.status(204).send();
  });

  app.post('/phones/:phone/presence', async (request, reply) => {
    const { account } = phoneOf(request.params);
    const shown = parse(presenceSchema, request.body);
    if ('to' in shown) showChatState(account, core.phone(shown.to).account, shown.state);
    else showPresence(account, shown.state);
    return reply.status(204).send();
  });

  app.get('/phones/:phone/typing', async (request) => ({ typing: phoneOf(request.params).account.seenTyping }));
}
