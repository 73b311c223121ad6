import type { ChatModification } from '@whiskeysockets/baileys';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SandboxCore } from '../core.js';
import { parse } from './problem.js';
import { phoneParamSchema } from './schemas.js';

/** What the owner of a phone can do to a chat; one change at a time. */
const changeChatSchema = z.strictObject({
  /** A phone number or a JID. */
  chat: z.string().min(3).max(80),
  change: z.discriminatedUnion('do', [
    z.strictObject({ do: z.literal('archive'), archived: z.boolean() }),
    z.strictObject({ do: z.literal('pin'), pinned: z.boolean() }),
    /** -1 for always, null to hear it again. */
    z.strictObject({ do: z.literal('mute'), untilMs: z.number().int().nullable() }),
    z.strictObject({ do: z.literal('mark'), unread: z.boolean() }),
    z.strictObject({ do: z.literal('clear') }),
    z.strictObject({ do: z.literal('delete') }),
  ]),
});
export type ChangeChat = z.input<typeof changeChatSchema>;

/** Chats as a phone shows them, and what its owner does to them. */
export function registerChatRoutes(app: FastifyInstance, core: SandboxCore): void {
  const phoneOf = (params: unknown) => core.phone(parse(phoneParamSchema, params).phone);

  app.get('/phones/:phone/chats', async (request) => ({ chats: await phoneOf(request.params).chats() }));

  app.post('/phones/:phone/chats', async (request, reply) => {
    const { chat, change } = parse(changeChatSchema, request.body);
    const jid = chat.includes('@') ? chat : core.phone(chat).account.jid('pn');
    await phoneOf(request.params).changeChat(modificationOf(change), jid);
    return reply.status(204).send();
  });
}

function modificationOf(change: z.output<typeof changeChatSchema>['change']): ChatModification {
  switch (change.do) {
    case 'archive':
      return { archive: change.archived, lastMessages: [] };
    case 'pin':
      return { pin: change.pinned };
    case 'mute':
      return { mute: change.untilMs };
    case 'mark':
      return { markRead: !change.unread, lastMessages: [] };
    case 'clear':
      return { clear: true, lastMessages: [] };
    case 'delete':
      return { delete: true, lastMessages: [] };
  }
}
