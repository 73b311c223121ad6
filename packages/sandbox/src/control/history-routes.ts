import type { FastifyInstance } from 'fastify';
import type { SandboxCore } from '../core.js';
import { SandboxError } from '../errors.js';
import { isGroupJid } from '../model/group.js';
import { handOverHistory } from '../phone/history/hand-over.js';
import { type HistorySeed, historySeedSchema } from '../phone/history/seed.js';
import { messageOf } from '../phone/message-content.js';
import { parse } from './problem.js';
import { phoneParamSchema } from './schemas.js';

/** What a phone has kept from before anything is linked to it. */
export function registerHistoryRoutes(app: FastifyInstance, core: SandboxCore): void {
  const { network } = core;
  const phoneOf = (params: unknown) => core.phone(parse(phoneParamSchema, params).phone);

  app.put('/phones/:phone/history', async (request) => {
    const { account } = phoneOf(request.params);
    const seed: HistorySeed = { ...parse(historySeedSchema, request.body), seededAtMs: Date.now() };
    for (const [index, { with: other, written }] of seed.chats.entries()) {
      const pointer = `/chats/${index}/with`;
      const isThere = isGroupJid(other) ? network.groups.find(other)?.member(account) : network.directory.find(other);
      if (!isThere) {
        const message = isGroupJid(other) ? 'The phone is in no such group.' : 'There is no such phone.';
        throw new SandboxError('validation_failed', `${other} is not known.`, [{ pointer, message }]);
      }
      for (const { content } of written) if (content) messageOf(content);
    }
    network.histories.set(account.phone, seed);
    network.store.put([[`history/${account.phone}`, seed]]);
    const messages = seed.chats.reduce((sum, chat) => sum + chat.messages + chat.written.length, 0);
    return { chats: seed.chats.length, messages };
  });

  app.post('/phones/:phone/history/hand-over', async (request) => {
    const phone = phoneOf(request.params);
    let chunks = 0;
    for (const companion of phone.account.companions.values()) {
      chunks += await handOverHistory(network, phone, companion);
    }
    return { chunks };
  });
}
