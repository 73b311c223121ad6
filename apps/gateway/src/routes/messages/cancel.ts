import { messageSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { Messages } from '../../use-cases/messages.js';
import { type App, profileChild } from '../route-types.js';

const schema = describe({
  tag: 'Messages',
  summary: 'Cancel a scheduled or queued message',
  description:
    'While its status is SCHEDULED, or QUEUED and no send has begun: from then on it may be at the phone, also when the attempt failed and is repeated. The message stays, with status CANCELLED; cancelling twice changes nothing.',
  params: profileChild('messageId'),
  answers: { 200: messageSchema },
  problems: ['profile_not_found', 'message_not_found', 'message_not_cancellable'],
});

/** As POST …/cancel, and as DELETE for those who look for it there. */
export function cancelMessageRoutes(app: App, messages: Messages): void {
  const options = { schema, config: { scope: 'messages:write' } } as const;
  const url = '/profiles/:profileId/messages/:messageId';
  app.post(`${url}/cancel`, options, (request) => messages.cancel(scopeOf(request), request.params.messageId));
  app.delete(url, options, (request) => messages.cancel(scopeOf(request), request.params.messageId));
}
