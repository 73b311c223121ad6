import type { FastifyInstance } from 'fastify';
import type { SandboxCore } from '../core.js';
import { SandboxError } from '../errors.js';
import { parse } from './problem.js';
import { faultParamSchema, faultSchema, phoneFilterSchema, socketsOfSchema, traceQuerySchema } from './schemas.js';

/** The network as such: where it is, what went over it, what goes wrong on it. */
export function registerNetworkRoutes(app: FastifyInstance, core: SandboxCore, webSocketUrl: () => string): void {
  const { network } = core;

  app.get('/health', async () => ({ status: 'ok' }));
  // The same question as the other services answer: the sandbox is ready as soon as it listens.
  app.get('/health/ready', async () => ({ status: 'ok' }));

  app.get('/network', async () => ({
    webSocketUrl: webSocketUrl(),
    rootPublicKey: Buffer.from(network.identity.root.public).toString('base64'),
    mediaCertificate: core.media.certificate.cert,
  }));

  app.get('/unknown', async () => ({ unknown: network.unknown.list() }));
  app.get('/trace', async (request) => ({ lines: network.trace.read(parse(traceQuerySchema, request.query)) }));

  app.get('/sockets', async (request) => {
    const { phone, events } = parse(phoneFilterSchema, request.query);
    const sockets = network.sockets.list(phone);
    return events ? { sockets, events: network.sockets.events(phone) } : { sockets };
  });

  app.get('/sockets/events', async (request) => ({
    events: network.sockets.events(parse(socketsOfSchema, request.query).phone),
  }));

  app.post('/sockets/reset', async (request) => ({
    reset: core.acceptor.resetAll(parse(socketsOfSchema, request.body ?? {}).phone),
  }));

  app.post('/sockets/half-open', async (request) => ({
    halfOpened: core.acceptor.halfOpenAll(parse(socketsOfSchema, request.body ?? {}).phone),
  }));

  app.get('/faults', async () => ({ faults: network.faults.list() }));

  app.post('/faults', async (request, reply) => {
    reply.status(201);
    return network.faults.add(parse(faultSchema, request.body));
  });

  app.delete('/faults', async (_request, reply) => {
    network.faults.clear();
    return reply.status(204).send();
  });

  app.delete('/faults/:id', async (request, reply) => {
    const { id } = parse(faultParamSchema, request.params);
    if (!network.faults.remove(id)) throw new SandboxError('fault_not_found', `There is no fault ${id}.`);
    return reply.status(204).send();
  });
}
