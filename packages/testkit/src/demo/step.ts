import { failed, seen } from './terminal.js';

/** Runs a step, and says so only when what it promises was seen. */
export async function step<T>(what: string | ((result: T) => string), run: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    const result = await run();
    seen(typeof what === 'string' ? what : what(result), performance.now() - startedAt);
    return result;
  } catch (error) {
    failed(typeof what === 'string' ? what : 'The next step was not seen', error instanceof Error ? error.message : '');
    throw error;
  }
}
