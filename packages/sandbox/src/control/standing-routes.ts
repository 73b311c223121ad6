import type { FastifyInstance } from 'fastify';
import type { SandboxCore } from '../core.js';
import { banAccount, capNewChats, requirePasskey, restrictAccount, unbanAccount } from '../server/standing.js';
import { parse } from './problem.js';
import { phoneParamSchema } from './schemas.js';
import { banSchema, limitsSchema, newChatCapSchema, passkeySchema, restrictionSchema } from './standing-schemas.js';
import { phoneView } from './views.js';

/** How accounts stand with the network: banned, restricted, capped, asked for a passkey, limited. */
export function registerStandingRoutes(app: FastifyInstance, core: SandboxCore): void {
  const { network } = core;
  const phoneOf = (params: unknown) => core.phone(parse(phoneParamSchema, params).phone);

  app.put('/phones/:phone/ban', async (request) => {
    const phone = phoneOf(request.params);
    await banAccount(network, phone.account, parse(banSchema, request.body ?? {}).code);
    return phoneView(phone);
  });

  app.delete('/phones/:phone/ban', async (request, reply) => {
    await unbanAccount(network, phoneOf(request.params).account);
    return reply.status(204).send();
  });

  app.put('/phones/:phone/restriction', async (request) => {
    const phone = phoneOf(request.params);
    const { forMs, enforcementType } = parse(restrictionSchema, request.body);
    await restrictAccount(network, phone.account, { untilMs: Date.now() + forMs, enforcementType });
    return phoneView(phone);
  });

  app.delete('/phones/:phone/restriction', async (request, reply) => {
    await restrictAccount(network, phoneOf(request.params).account, undefined);
    return reply.status(204).send();
  });

  app.put('/phones/:phone/new-chat-cap', async (request) => {
    const phone = phoneOf(request.params);
    const { total, used, forMs } = parse(newChatCapSchema, request.body);
    await capNewChats(network, phone.account, { total, used, untilMs: Date.now() + forMs });
    return phoneView(phone);
  });

  app.delete('/phones/:phone/new-chat-cap', async (request, reply) => {
    await capNewChats(network, phoneOf(request.params).account, undefined);
    return reply.status(204).send();
  });

  app.put('/phones/:phone/passkey', async (request) => {
    const phone = phoneOf(request.params);
    await requirePasskey(network, phone.account, parse(passkeySchema, request.body).required);
    return phoneView(phone);
  });

  app.get('/limits', async () => network.limits.report());

  app.put('/limits', async (request) => {
    network.limits.set(parse(limitsSchema, request.body));
    return network.limits.report();
  });

  app.delete('/limits', async (_request, reply) => {
    network.limits.set({});
    return reply.status(204).send();
  });
}
