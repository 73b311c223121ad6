import { afterAll, beforeAll, expect } from 'vitest';
import {
  findScenario,
  openWorld,
  runScenario,
  type Settings,
  settingsFor,
  type World,
  type WorldOptions,
} from '../../../packages/testkit/dist/index.js';

const START_TIMEOUT_MS = 240_000;

/** One world for the scenarios of a file. What it has to say it says when a scenario did not hold. */
export function useWorld(size: Settings, wants?: WorldOptions['wants']) {
  let world: World | undefined;
  const said: string[] = [];
  beforeAll(async () => {
    world = await openWorld({ settings: size, wants, say: (line) => said.push(line) });
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await world?.stop();
  }, START_TIMEOUT_MS);

  /**
   * Runs a scenario small: nothing lost, twice or in another order at the phones, in the API and on the event stream, no second
   * socket, no new QR code, every session open in the end. How long it took is for `npm run chaos`.
   */
  return async (
    name: string,
    texts: Pick<Settings, 'messages' | 'perSecond'> | Pick<Settings, 'minutes' | 'perSecond'>,
  ) => {
    if (!world) throw new Error('the world is not there');
    said.length = 0;
    await world.restoreWorkers();
    const scenario = findScenario(name);
    const { line, faults } = await runScenario(world, scenario, settingsFor(scenario, { ...size, ...texts }));
    if (faults.length > 0) console.error(said.join('\n'));
    expect(faults).toEqual([]);
    expect(line).toMatchObject({
      lost: 0,
      twice: 0,
      reordered: 0,
      doubledSockets: 0,
      newQr: 0,
      notOpen: 0,
      unknown: 0,
    });
    return line;
  };
}
