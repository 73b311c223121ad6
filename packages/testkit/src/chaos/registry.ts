import type { Scenario } from './scenario.js';
import { crashPoints } from './scenarios/crash-points.js';
import { networkDrop } from './scenarios/network-drop.js';
import { scaleOut } from './scenarios/scale-out.js';
import { databaseRestart, natsRestart } from './scenarios/server-restart.js';
import { slowDatabase } from './scenarios/slow-database.js';
import { soak } from './scenarios/soak.js';
import { subscriberResume } from './scenarios/subscriber-resume.js';
import { webhookOutage } from './scenarios/webhook-outage.js';
import { workerDrain } from './scenarios/worker-drain.js';
import { workerFreeze } from './scenarios/worker-freeze.js';
import { workerKill } from './scenarios/worker-kill.js';
import type { Settings } from './settings.js';

/** Every scenario, in the order in which the usage lists them. */
export const scenarios: readonly Scenario[] = [
  workerKill,
  workerDrain,
  scaleOut,
  workerFreeze,
  databaseRestart,
  natsRestart,
  networkDrop,
  slowDatabase,
  crashPoints,
  webhookOutage,
  subscriberResume,
  soak,
];

const general: Settings = { profiles: 50, messages: 1_500, perSecond: 40, workers: 2, contacts: 1, minutes: 0 };

/** @throws with the names there are, for one that is not */
export function findScenario(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`no scenario ${name}: there are ${scenarios.map((each) => each.name).join(', ')}`);
  return found;
}

/** A scenario's own size with what was asked for over it; minutes, where there are any, decide how many texts. */
export function settingsFor({ defaults }: Scenario, asked: Partial<Settings> = {}): Settings {
  const settings = { ...general, ...defaults, ...asked };
  if (settings.minutes === 0) return settings;
  return { ...settings, messages: Math.round(settings.minutes * 60 * settings.perSecond) };
}
