export { findScenario, scenarios, settingsFor } from './registry.js';
export { type Outcome, runScenario } from './run-scenario.js';
export type { Scenario, Settings, World } from './scenario.js';
export { openWorld, type WorldOptions } from './world.js';
