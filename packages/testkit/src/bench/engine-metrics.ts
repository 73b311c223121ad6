import type { Product } from '../product/start-product.js';

/** What the engine process says of itself at this moment. */
export interface EngineUsage {
  /** Processor time since its start, of user and system. */
  cpuMs: number;
  rssBytes: number;
  /** Sessions whose connection is open. */
  connected: number;
  /** Statements that wrote session state. */
  stateStatements: number;
}

const CPU = 'process_cpu_seconds_total';
const RSS = 'process_resident_memory_bytes';
const SESSIONS = 'multiwa_engine_sessions';
const STATEMENTS = 'multiwa_engine_state_statements_total';

/** Reads the engine's metrics. */
export async function engineUsage({ services }: Product): Promise<EngineUsage> {
  const response = await fetch(new URL('/metrics', services.opsUrl('engine-sandbox')));
  const lines = (await response.text()).split('\n').filter((line) => !line.startsWith('#'));
  const sum = (name: string, label = '') =>
    lines
      .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
  return {
    cpuMs: sum(CPU) * 1_000,
    rssBytes: sum(RSS),
    connected: sum(SESSIONS, 'status="CONNECTED"'),
    stateStatements: sum(STATEMENTS),
  };
}
