import { createLogger } from '@multiwa/runtime';
import { waitFor } from '@multiwa/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chatWith, startWorld, untilReceived, type World } from './support/world.js';

let world: World;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const RECYCLES = 3;
const eager = { checkEveryMs: 20, quietMs: 1_000, probeTimeoutMs: 500, recyclesBeforeHandOver: RECYCLES };
/** Keeps what it was handed, however slow the machine. */
const patient = { ...eager, quietMs: 5_000, recyclesBeforeHandOver: 1_000 };
const told = (profileId: string) => world.factsOf('profile-status', profileId);

/** From now on no log-in of the number is answered. */
const deafen = (phone: string) =>
  world.control.addFault({
    direction: 'in',
    match: { tag: 'iq', attrs: { xmlns: 'passive' }, phone },
    action: { do: 'half-open' },
  });

const recyclesOf = async (profileId: string) => (await world.bus.ask('session', profileId, {})).recycles;

test('a number whose connections are recycled again and again is handed to another worker, and loses nothing', async () => {
  const lines: string[] = [];
  const logger = createLogger('engine', 'info', { write: (line) => void lines.push(line) });
  const first = await world.startWorker({ watchdog: eager, logger });
  const { profileId, phone } = await world.link();
  const friend = await world.control.createPhone({ name: 'Sari' });
  const second = await world.startWorker({ watchdog: patient });
  await deafen(phone.phone);
  await world.control.resetSockets(phone.phone);
  const waiting = await world.accept(profileId, chatWith(friend), 'meanwhile');
  await world.control.send(friend.phone, { to: phone.phone, text: 'are you there?' });

  const handedOver = () => told(profileId).find(({ reason }) => reason === 'handed_over');
  await waitFor(() => handedOver() !== undefined, { what: 'the hand-over', timeoutMs: 30_000 });
  await world.control.clearFaults();
  await waitFor(() => told(profileId).at(-1)?.status === 'CONNECTED', { what: 'the next owner', timeoutMs: 30_000 });

  const [before, after] = [handedOver()?.generation ?? 0, told(profileId).at(-1)?.generation];
  expect(after).toBe(before + 1);
  const given = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ handedOver }) => handedOver);
  expect(given).toMatchObject([{ profileId, recycles: RECYCLES }]);
  expect(first.worker.ownedIds).toEqual([]);
  expect(second.worker.ownedIds).toEqual([profileId]);
  const [received] = await untilReceived(world, profileId, 1);
  expect(received?.content).toMatchObject({ text: 'are you there?' });
  const { id, copies } = await world.control.waitForMessage(friend.phone, ({ text }) => text === 'meanwhile');
  expect([id, copies]).toEqual([waiting.waMessageId, 1]);
  expect((await world.control.companions(phone.phone)).length).toBe(1);
});

test('with no other worker it is tried again and again where it is', async () => {
  const only = await world.startWorker({ watchdog: eager });
  const { profileId, phone } = await world.link();
  await deafen(phone.phone);
  await world.control.resetSockets(phone.phone);
  await waitFor(async () => (await recyclesOf(profileId)) > RECYCLES, { what: 'more recycles', timeoutMs: 40_000 });
  await world.control.clearFaults();
  await waitFor(() => told(profileId).at(-1)?.status === 'CONNECTED', { what: 'the connection', timeoutMs: 40_000 });
  expect(new Set(told(profileId).map(({ generation }) => generation)).size).toBe(1);
  expect(only.worker.ownedIds).toEqual([profileId]);
});
