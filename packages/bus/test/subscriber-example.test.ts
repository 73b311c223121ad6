import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventsStream, subscriberInbox, subscriberName } from '@multiwa/contracts';
import { connect } from 'nats';
import { expect, onTestFinished, test } from 'vitest';
import { anEvent, anId } from './support/data.js';
import { openBus, ownNats } from './support/nats.js';
import { waitFor } from './support/wait-for.js';

/** More than a pipe holds. */
const EVENTS = 600;
/** In so many looks, one after another, nothing more was acked. */
const STOPPED_LOOKS = 50;
const example = fileURLToPath(new URL('../../../examples/subscriber-typescript', import.meta.url));

/** A server with events of one workspace, and the credentials of a subscriber to them in a file. */
async function subscribed() {
  const { url } = await ownNats();
  const bus = await openBus(url);
  const subscriber = { id: anId(), workspaceId: anId(), profileId: null, filter: '*', fromOldest: true };
  await bus.ensureSubscriber(subscriber);
  const sent = Array.from({ length: EVENTS }, (_, index) => anEvent(subscriber.workspaceId, null, index + 1));
  await bus.publishEvents(sent);
  const consumer = subscriberName(subscriber);
  const dir = mkdtempSync(path.join(os.tmpdir(), 'multiwa-subscriber-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = path.join(dir, 'subscriber.json');
  const credentials = { servers: [url], user: 'any', password: 'any', inboxPrefix: subscriberInbox(subscriber) };
  writeFileSync(file, JSON.stringify({ ...credentials, stream: eventsStream.name, consumer }));
  const connection = await connect({ servers: url });
  onTestFinished(() => connection.close());
  const manager = await connection.jetstreamManager();
  return { file, sent, info: () => manager.consumers.info(eventsStream.name, consumer) };
}

/** The example program. What it prints stays in the pipe until `killed`, which gives the ids of its whole lines. */
function startExample(file: string) {
  const started = spawn(process.execPath, ['--import', 'tsx', 'subscribe.ts', file], {
    cwd: example,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void started.kill('SIGKILL'));
  return {
    async killed(): Promise<string[]> {
      started.kill('SIGKILL');
      let text = '';
      started.stdout.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      await once(started, 'close');
      const whole = text
        .slice(0, text.lastIndexOf('\n') + 1)
        .split('\n')
        .filter(Boolean);
      return whole.map((line) => (JSON.parse(line) as { id: string }).id);
    },
  };
}

test('the example acks no event that it still holds: killed while nobody reads what it prints, it has lost none', async () => {
  const { file, sent, info } = await subscribed();
  const first = startExample(file);
  let before = 0;
  let unchanged = 0;
  await waitFor('it to come to a stop', async () => {
    const { ack_floor } = await info();
    unchanged = ack_floor.stream_seq === before ? unchanged + 1 : 0;
    before = ack_floor.stream_seq;
    return before > 0 && unchanged >= STOPPED_LOOKS;
  });
  const printed = await first.killed();
  const acked = (await info()).ack_floor.stream_seq;
  expect(acked).toBeLessThanOrEqual(printed.length);
  expect(printed).toEqual(sent.slice(0, printed.length).map(({ id }) => id));
});
