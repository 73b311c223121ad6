export { findScenario, scenarios, settingsFor } from './registry.js';
export { type Outcome, runScenario } from './run-scenario.js';
export type { Scenario, World } from './scenario.js';
export type { Settings } from './settings.js';
export { openWorld, type WorldOptions } from './world.js';
