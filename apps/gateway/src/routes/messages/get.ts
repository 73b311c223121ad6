import { messageDetailSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Messages } from '../../use-cases/messages.js';
import { type App, profileChild } from '../route-types.js';

const schema = describe({
  tag: 'Messages',
  summary: 'Get a message',
  description:
    'With every status that it has had, its reactions, the tally of a poll, what it said before where that is kept and, in a group, what became of it at each participant.',
  params: profileChild('messageId'),
  answers: { 200: messageDetailSchema },
  problems: ['profile_not_found', 'message_not_found'],
});

export function getMessageRoute(app: App, messages: Messages): void {
  app.get('/profiles/:profileId/messages/:messageId', { schema, config: { scope: 'messages:read' } }, (request) =>
    messages.get(scopeOf(request), request.params.messageId),
  );
}
