import { engineWorkersSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import type { EngineWorkers } from '../../use-cases/engine-workers.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Engine',
  summary: 'List the engine workers',
  description:
    'Who holds sessions, and how many. Workers serve all workspaces, so only keys of the operator’s workspace (the first one) get an answer.',
  answers: { 200: engineWorkersSchema },
});

export function listWorkersRoute(app: App, workers: EngineWorkers): void {
  app.get('/engine/workers', { schema, config: { scope: 'engine:read' } }, () => workers.list());
}
