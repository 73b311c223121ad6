import { createOptOutSchema, optOutSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { OptOuts } from '../../use-cases/opt-outs.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Opt-outs',
  summary: 'Enter an opt-out',
  description:
    'From now on broadcasts leave this person out, and a send to them is refused with `recipient_opted_out` unless it says ignoreOptOut. What waits to be sent to them ends FAILED with `opted_out`, unless its send has begun. A scheduled message ends so at its time, and a flow that is to write to them with the same code, unless message or step say ignoreOptOut. Someone who stands there already is left as they are.',
  body: createOptOutSchema,
  answers: { 201: optOutSchema },
  problems: ['recipient_invalid'],
  idempotent: true,
});

export function createOptOutRoute(app: App, optOuts: OptOuts): void {
  const config = { scope: 'contacts:write', idempotent: 'plain' } as const;
  app.post('/opt-outs', { schema, config }, async (request, reply) => {
    const optOut = await optOuts.add(callerOf(request), request.body, request.resourceId ?? undefined);
    return reply.code(201).send(optOut);
  });
}
