import { idSchema, removeOptOutQuerySchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe, noContent } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { OptOuts } from '../../use-cases/opt-outs.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Opt-outs',
  summary: 'Take an opt-out back',
  description: 'The person wants messages again. What was entered stays in the history.',
  params: z.object({ optOutId: idSchema }),
  querystring: removeOptOutQuerySchema,
  answers: { 204: noContent },
  problems: ['opt_out_not_found'],
});

export function deleteOptOutRoute(app: App, optOuts: OptOuts): void {
  app.delete('/opt-outs/:optOutId', { schema, config: { scope: 'contacts:write' } }, async (request, reply) => {
    await optOuts.remove(callerOf(request), request.params.optOutId, request.query.reason);
    return reply.code(204).send();
  });
}
