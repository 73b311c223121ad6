import { conversationSchema, readConversationSchema, updateConversationSchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe, noContent } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { ConversationChanges } from '../../use-cases/conversation-changes.js';
import { type App, profileChild } from '../route-types.js';

const common = {
  tag: 'Conversations',
  params: profileChild('conversationId'),
  problems: ['profile_not_found', 'conversation_not_found'],
} as const;
const answers = { 200: conversationSchema };

const updateSchema = describe({
  ...common,
  summary: 'Archive, mute, pin, label or assign a conversation',
  description:
    'Kept at once; the phone shows it as soon as the profile has a session, or conversation.action.failed says why not. Archiving unpins, and pinning unarchives. Of a change here and one on the phone the later one holds.',
  body: updateConversationSchema,
  answers,
});
const readSchema = describe({
  ...common,
  summary: 'Mark a conversation as read',
  description:
    'The senders get their read receipts as soon as the profile has a session, unless its privacy settings say otherwise.',
  // Fastify gives null for no body, which means: all of it.
  body: z.preprocess((body) => body ?? {}, readConversationSchema),
  answers,
});
const unreadSchema = describe({ ...common, summary: 'Mark a conversation as unread', answers });
const clearSchema = describe({
  ...common,
  summary: 'Clear a conversation',
  description: 'Its messages are not shown in it any more, here and on the phone. They stay in the list of messages.',
  answers,
});
const deleteSchema = describe({
  ...common,
  summary: 'Delete a conversation',
  description: 'Clears it and takes it off the list, here and on the phone. Its next message brings it back.',
  answers: { 204: noContent },
});

export function changeConversationRoutes(app: App, changes: ConversationChanges): void {
  const config = { scope: 'messages:write' } as const;
  const url = '/profiles/:profileId/conversations/:conversationId';
  app.patch(url, { schema: updateSchema, config }, (request) =>
    changes.update(scopeOf(request), request.params.conversationId, request.body),
  );
  app.post(`${url}/read`, { schema: readSchema, config }, (request) =>
    changes.read(scopeOf(request), request.params.conversationId, request.body),
  );
  app.post(`${url}/unread`, { schema: unreadSchema, config }, (request) =>
    changes.unread(scopeOf(request), request.params.conversationId),
  );
  app.post(`${url}/clear`, { schema: clearSchema, config }, (request) =>
    changes.clear(scopeOf(request), request.params.conversationId),
  );
  app.delete(url, { schema: deleteSchema, config }, async (request, reply) => {
    await changes.delete(scopeOf(request), request.params.conversationId);
    return reply.code(204).send();
  });
}
