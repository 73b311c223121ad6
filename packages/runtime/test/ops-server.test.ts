import { expect, onTestFinished, test } from 'vitest';
import { createMetrics, startOpsServer } from '../src/index.js';

async function server(ready: () => Promise<Record<string, boolean>> | Record<string, boolean>) {
  const metrics = createMetrics('test');
  const ops = await startOpsServer({ host: '127.0.0.1', port: 0, ready, metrics });
  onTestFinished(() => ops.stop());
  return { metrics, get: (path: string) => fetch(`http://127.0.0.1:${ops.port}${path}`) };
}

test('ready names its parts: 200 when all are there, 503 when one is not', async () => {
  const state = { database: true, bus: true };
  const { get } = await server(() => ({ ...state }));
  expect((await get('/health/ready')).status).toBe(200);
  state.bus = false;
  const answer = await get('/health/ready');
  expect(answer.status).toBe(503);
  expect(await answer.json()).toEqual({ status: 'not ready', checks: { database: true, bus: false } });
  expect((await get('/health/live')).status).toBe(200);
});

test('a check that throws or never answers is not ready', async () => {
  const throwing = await server(() => Promise.reject(new Error('away')));
  const hanging = await server(() => new Promise(() => undefined));
  expect((await throwing.get('/health/ready')).status).toBe(503);
  expect((await hanging.get('/health/ready')).status).toBe(503);
});

test('metrics are shown with their labels', async () => {
  const { metrics, get } = await server(() => ({}));
  metrics.counter('sent_total', 'Messages sent.', ['network']).inc({ network: 'live' }, 3);
  const text = await (await get('/metrics')).text();
  expect(text).toContain('multiwa_sent_total{network="live",service="test"} 3');
});
