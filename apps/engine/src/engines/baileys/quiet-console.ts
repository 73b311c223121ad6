import type { Logger } from '../../logger.js';

const methods = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;
const SENTENCE_LENGTH = 120;

/**
 * The Signal library prints whole sessions, private keys included, through `console`. From now on the console of this
 * process writes the first words of such a line to the log, and no object. Returns a function that undoes it.
 */
export function quietConsole(logger: Logger): () => void {
  const console = globalThis.console;
  const originals = methods.map((method) => [method, console[method]] as const);
  for (const method of methods) {
    console[method] = (...args: unknown[]): void => {
      const [first] = args;
      const sentence = typeof first === 'string' ? first.slice(0, SENTENCE_LENGTH) : 'Something was printed';
      logger.debug({ console: method }, sentence);
    };
  }
  return () => {
    for (const [method, original] of originals) console[method] = original;
  };
}
