import { waitFor } from '@multiwa/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kill, startEngineProcess } from './support/engine-process.js';
import { chatWith, startWorld, untilReceived, type World } from './support/world.js';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

test('when the Signal library prints a session, keys and all, the process writes its words alone', async () => {
  const engine = startEngineProcess(world, { LOG_LEVEL: 'debug' });
  let output = '';
  for (const stream of [engine.stdout, engine.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  try {
    const { profileId, phone } = await world.link();
    const friend = await world.control.createPhone({ name: 'Sari' });
    await world.control.send(friend.phone, { to: phone.phone, text: 'halo' });
    await untilReceived(world, profileId, 1);
    // The answer opens a session anew, and closes the one that the message came in.
    await world.accept(profileId, chatWith(friend), 'halo juga');
    await world.control.waitForMessage(friend.phone, ({ text }) => text === 'halo juga');
    // Log lines are written together; what is killed before takes them along.
    await waitFor(() => /privKey|rootKey|<Buffer|Closing session:/.test(output), { what: 'the print to come out' });
  } finally {
    await kill(engine);
  }
  expect(output).not.toMatch(/privKey|rootKey|<Buffer/);
  // It was printed, not merely left out.
  const lines = output.split('\n').filter((line) => line.includes('Closing session:'));
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ console: 'info', msg: 'Closing session:' }),
  );
});
