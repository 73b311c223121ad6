const NOISE = [
  'Closing session',
  'Opening session',
  'Session already',
  'Removing old closed session',
  'Migrating session',
  'Closing open session',
  'Decrypted message with closed session',
  'Failed to decrypt message with any known session',
  'Session error',
];

/**
 * The Signal library prints whole sessions, private keys included, through `console`. This drops exactly those lines from
 * the console of this process and returns a function that undoes it.
 */
export function quietSignal(): () => void {
  const sink = globalThis.console;
  const { info, warn, error } = sink;
  const quiet =
    (print: (...args: unknown[]) => void) =>
    (...args: unknown[]): void => {
      const [first] = args;
      if (typeof first === 'string' && NOISE.some((start) => first.startsWith(start))) return;
      print.apply(sink, args);
    };
  Object.assign(sink, { info: quiet(info), warn: quiet(warn), error: quiet(error) });
  return () => {
    Object.assign(sink, { info, warn, error });
  };
}
