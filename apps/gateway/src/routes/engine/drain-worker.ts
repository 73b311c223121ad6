import { engineWorkerSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { EngineWorkers } from '../../use-cases/engine-workers.js';
import type { App } from '../route-types.js';
import { workerParams } from './params.js';

const common = {
  tag: 'Engine',
  params: workerParams,
  answers: { 200: engineWorkerSchema },
  problems: ['worker_not_found'],
} as const;
const drainSchema = describe({
  ...common,
  summary: 'Drain an engine worker',
  description:
    'It hands its sessions over to the other workers, a few at a time, and takes no more; it stays up, empty. Only for the operator.',
});
const undrainSchema = describe({
  ...common,
  summary: 'Take a drained engine worker back in',
  description: 'It takes its share of the sessions again. Only for the operator.',
});

/** Both, since they are one switch. */
export function drainWorkerRoutes(app: App, workers: EngineWorkers): void {
  const config = { scope: 'engine:write' } as const;
  app.post('/engine/workers/:workerId/drain', { schema: drainSchema, config }, (request) =>
    workers.drain(callerOf(request), request.params.workerId, true),
  );
  app.delete('/engine/workers/:workerId/drain', { schema: undrainSchema, config }, (request) =>
    workers.drain(callerOf(request), request.params.workerId, false),
  );
}
