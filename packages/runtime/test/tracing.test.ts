import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../launcher/dist/index.js';
import { startTraceCollector, type TraceCollector } from '../../testkit/dist/index.js';

const fixture = fileURLToPath(new URL('./fixtures/traced-service.mjs', import.meta.url));
const traceId = '0af7651916cd43dd8448eb211c80319c';
const parent = `00-${traceId}-b7ad6b7169203331-01`;

type Line = Record<string, unknown> & { msg: string };

/** Runs the fixture until it says `until`, then stops it; gives the lines of its log. */
async function run(env: NodeJS.ProcessEnv, until = 'fixture ready'): Promise<{ code: number | null; lines: Line[] }> {
  const child = spawn(process.execPath, [fixture], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let signalled = false;
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (signalled || !output.includes(until)) return;
    signalled = true;
    child.kill('SIGTERM');
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  return { code, lines };
}

async function collector(): Promise<TraceCollector> {
  const started = await startTraceCollector();
  onTestFinished(() => started.stop());
  return started;
}

const said = (lines: Line[], sentence: string) => lines.filter(({ msg }) => msg === sentence);

test('without an endpoint nothing of OpenTelemetry is loaded, no span is made and nobody is connected to', async () => {
  const listening = await collector();
  const { url } = listening;
  const silent: Record<string, string>[] = [
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'true' },
  ];
  for (const env of silent) {
    const { code, lines } = await run({ ...env, PARENT: parent });
    expect(code).toBe(0);
    expect(said(lines, 'fixture ready')).toMatchObject([{ loaded: 0, traceparent: null }]);
    expect(said(lines, 'inside')[0]).not.toHaveProperty('trace_id');
  }
  expect(listening.connections).toBe(0);
});

test('spans go on from the given parent and have reached the collector when the service has ended', async () => {
  const { url, spans } = await collector();
  const { code, lines } = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: url, PARENT: parent });
  expect(code).toBe(0);
  const [root, child] = ['root', 'child'].map((wanted) => spans.find(({ name }) => name === wanted));
  expect(spans).toHaveLength(2);
  expect(root).toMatchObject({ service: 'multiwa-fixture', traceId, parentSpanId: 'b7ad6b7169203331', failure: null });
  expect(root?.attributes).toEqual({ 'test.id': 'r1' });
  expect(child).toMatchObject({ traceId, parentSpanId: root?.spanId });
  expect(said(lines, 'fixture ready')).toMatchObject([{ traceparent: `00-${traceId}-${child?.spanId}-01` }]);
});

test('a line that is logged inside a span names it, and one outside does not', async () => {
  const { url, spans } = await collector();
  const { lines } = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: url, PARENT: parent });
  const child = spans.find(({ name }) => name === 'child');
  expect(said(lines, 'inside')).toMatchObject([{ trace_id: traceId, span_id: child?.spanId }]);
  expect(said(lines, 'outside')).toMatchObject([{ made: false }]);
  expect(said(lines, 'outside')[0]).not.toHaveProperty('trace_id');
});

test.each([
  ['a parent that is not sampled', { PARENT: parent.replace(/01$/, '00') }],
  ['a sampler that says no', { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }],
])('%s: no span is made, and none is below it', async (_case, env) => {
  const { url, spans } = await collector();
  const { lines } = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env });
  expect(said(lines, 'fixture ready')).toMatchObject([{ traceparent: null }]);
  expect(spans).toEqual([]);
});

test('a parent that cannot be read begins a new trace', async () => {
  const { url, spans } = await collector();
  await run({ OTEL_EXPORTER_OTLP_ENDPOINT: url, PARENT: '00-none-of-this-01' });
  expect(spans.find(({ name }) => name === 'root')).toMatchObject({ parentSpanId: null });
});

test('a collector that is away is said once, without its address, and holds up neither work nor end', async () => {
  const port = await freePort();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_EXPORTER_OTLP_TIMEOUT: '100' };
  const { code, lines } = await run(env, 'Traces could not be exported');
  expect(code).toBe(0);
  const complaints = lines.filter(({ level }) => level === 'warn' || level === 'error');
  expect(complaints).toMatchObject([{ msg: 'Traces could not be exported and are lost' }]);
  expect(JSON.stringify(complaints)).not.toContain(String(port));
});

test('a variable that is not as it must be ends the start with a sentence', async () => {
  const { code, lines } = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'cannot start');
  expect(code).toBe(1);
  expect(lines.at(0)?.msg).toContain(
    'OTEL_EXPORTER_OTLP_ENDPOINT is not valid: must be an http:// or https:// address.',
  );
});
