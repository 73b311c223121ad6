// npm forwards Ctrl-C to a child that the terminal has told already, so one key press may arrive twice.
const SAME_KEY_PRESS_MS = 500;
const STOP_DEADLINE_MS = 9_500;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an abort. `force` is called for a second Ctrl-C, and when stopping took too long.
 */
export function untilAsked(say: (line: string) => void, force: () => void): AbortSignal {
  const controller = new AbortController();
  let askedAt = 0;
  const ask = () => {
    const now = performance.now();
    if (!controller.signal.aborted) {
      askedAt = now;
      say('Stopping; Ctrl-C again ends everything at once.');
      setTimeout(force, STOP_DEADLINE_MS).unref();
      controller.abort();
    } else if (now - askedAt >= SAME_KEY_PRESS_MS) {
      force();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  return controller.signal;
}
