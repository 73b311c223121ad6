import { listOptOutsQuerySchema, optOutChangeSchema, optOutSchema, pageOf } from '@multiwa/contracts';
import { z } from 'zod';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { OptOuts } from '../../use-cases/opt-outs.js';
import type { App } from '../route-types.js';

const querystring = z.strictObject(listOptOutsQuerySchema.shape);

const listing = describe({
  tag: 'Opt-outs',
  summary: 'List opt-outs',
  description: 'Everybody who wants no messages of this workspace, newest first.',
  querystring,
  answers: { 200: pageOf(optOutSchema) },
  problems: ['cursor_invalid', 'recipient_invalid'],
});

const history = describe({
  tag: 'Opt-outs',
  summary: 'List the history of opt-outs',
  description: 'Every time somebody was entered or taken out, with the reason that was given, newest first.',
  querystring,
  answers: { 200: pageOf(optOutChangeSchema) },
  problems: ['cursor_invalid', 'recipient_invalid'],
});

export function listOptOutsRoutes(app: App, optOuts: OptOuts): void {
  const config = { scope: 'contacts:read' } as const;
  app.get('/opt-outs', { schema: listing, config }, (request) => optOuts.list(callerOf(request), request.query));
  app.get('/opt-outs/history', { schema: history, config }, (request) =>
    optOuts.history(callerOf(request), request.query),
  );
}
