import type { FastifyInstance } from 'fastify';
import type { SandboxCore } from '../core.js';
import { SandboxError } from '../errors.js';
import { parse } from './problem.js';
import { readMessages } from './read-messages.js';
import {
  bulkPhonesSchema,
  changePhoneSchema,
  companionParamSchema,
  createPhoneSchema,
  messageParamSchema,
  messagesQuerySchema,
  pairSchema,
  phoneParamSchema,
  powerSchema,
  readSchema,
  scanSchema,
  sendSchema,
  sentQuerySchema,
  voteSchema,
} from './schemas.js';
import { companionView, phoneView } from './views.js';

/** Phones: making them, linking companions, sending, reading. */
export function registerPhoneRoutes(app: FastifyInstance, core: SandboxCore): void {
  const phoneOf = (params: unknown) => core.phone(parse(phoneParamSchema, params).phone);

  app.post('/phones', async (request, reply) => {
    const [phone] = await core.createPhones([parse(createPhoneSchema, request.body ?? {})]);
    reply.status(201);
    return phone && phoneView(phone);
  });

  app.post('/phones/bulk', async (request, reply) => {
    const { count, prefix, autoReply } = parse(bulkPhonesSchema, request.body);
    const phones = await core.createPhones(freeNumbers(core, prefix, count).map((phone) => ({ phone, autoReply })));
    reply.status(201);
    return { phones: phones.map(phoneView) };
  });

  app.get('/phones', async () => ({ phones: core.listPhones().map(phoneView) }));
  app.get('/phones/:phone', async (request) => phoneView(phoneOf(request.params)));

  app.patch('/phones/:phone', async (request) => {
    const phone = phoneOf(request.params);
    phone.change(parse(changePhoneSchema, request.body));
    return phoneView(phone);
  });

  app.put('/phones/:phone/power', async (request) => {
    const phone = phoneOf(request.params);
    await phone.switch(parse(powerSchema, request.body).on);
    return phoneView(phone);
  });

  app.post('/phones/:phone/scan', async (request) => {
    const phone = phoneOf(request.params);
    return companionView(phone, await core.pairing.scan(phone.account, parse(scanSchema, request.body).qr));
  });

  app.post('/phones/:phone/pair', async (request) => {
    const phone = phoneOf(request.params);
    return companionView(phone, await core.pairing.codes.enter(phone.account, parse(pairSchema, request.body).code));
  });

  app.get('/phones/:phone/companions', async (request) => {
    const phone = phoneOf(request.params);
    return { companions: [...phone.account.companions.values()].map((one) => companionView(phone, one)) };
  });

  app.delete('/phones/:phone/companions/:device', async (request, reply) => {
    const { device } = parse(companionParamSchema, request.params);
    await core.unlink(phoneOf(request.params), device);
    return reply.status(204).send();
  });

  app.post('/phones/:phone/messages', async (request, reply) => {
    const phone = phoneOf(request.params);
    const body = parse(sendSchema, request.body);
    const sent = await ('content' in body ? phone.sendContent(body) : phone.sendText(body));
    reply.status(201);
    return sent;
  });

  app.post('/phones/:phone/votes', async (request, reply) => {
    const { poll, options } = parse(voteSchema, request.body);
    const sent = await phoneOf(request.params).vote(poll, options);
    reply.status(201);
    return sent;
  });

  app.get('/phones/:phone/messages', async (request) =>
    readMessages(phoneOf(request.params), parse(messagesQuerySchema, request.query)),
  );

  app.get('/phones/:phone/sent', async (request) => {
    const { after } = parse(sentQuerySchema, request.query);
    const messages = phoneOf(request.params).records.sent.slice(after);
    return { messages, next: messages.at(-1)?.seq ?? after };
  });

  app.get('/phones/:phone/sent/:id', async (request) => {
    const { id } = parse(messageParamSchema, request.params);
    const sent = phoneOf(request.params).records.findSent(id);
    if (!sent) throw new SandboxError('message_not_found', `This phone did not send ${id}.`);
    return sent;
  });

  app.post('/phones/:phone/read', async (request) => {
    const body = parse(readSchema, request.body);
    return { read: await phoneOf(request.params).read('ids' in body ? body.ids : undefined) };
  });
}

/** Numbers under a prefix that are not taken, counting up; 12 digits long. */
function freeNumbers(core: SandboxCore, prefix: string, count: number): string[] {
  const numbers: string[] = [];
  const width = Math.max(4, 12 - prefix.length);
  for (let index = 0; numbers.length < count; index += 1) {
    const phone = `${prefix}${index.toString().padStart(width, '0')}`;
    if (!core.network.directory.find(phone)) numbers.push(phone);
  }
  return numbers;
}
