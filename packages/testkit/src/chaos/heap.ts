import { readFileSync } from 'node:fs';
import { type MessageEvent, WebSocket } from 'undici';

/** For NODE_OPTIONS: a process listens for an inspector on a free port of this machine, and says where in its log. */
export const INSPECTABLE = '--inspect=127.0.0.1:0';

const ANSWER_TIMEOUT_MS = 30_000;
const BYTES_PER_KB = 1_024;

/** Where a process that was started with INSPECTABLE listens, by its log; undefined when the log does not say. */
export function inspectorUrl(logFile: string): string | undefined {
  return [...readFileSync(logFile, 'utf8').matchAll(/Debugger listening on (ws:\S+)/g)].at(-1)?.[1];
}

/**
 * Collects a process's garbage and says what is left of its JavaScript heap and the buffers behind it, in KB. Resident memory
 * cannot say this: it follows the times at which V8 collects.
 *
 * @throws when the process does not answer within 30 s
 */
export async function keptKb(url: string): Promise<number> {
  const socket = new WebSocket(url);
  const deadline = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    await next(socket, 'open', deadline);
    await ask(socket, 'HeapProfiler.collectGarbage', deadline);
    // https://chromedevtools.github.io/devtools-protocol/v8/Runtime/#method-evaluate
    const { result } = await ask(socket, 'Runtime.evaluate', deadline, {
      expression: '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())',
      returnByValue: true,
    });
    return (result?.value ?? Number.NaN) / BYTES_PER_KB;
  } finally {
    socket.close();
  }
}

interface Answer {
  result?: { value?: number };
}

async function ask(
  socket: WebSocket,
  method: string,
  deadline: AbortSignal,
  params: Record<string, unknown> = {},
): Promise<Answer> {
  const answered = next(socket, 'message', deadline);
  socket.send(JSON.stringify({ id: 1, method, params }));
  const { data } = (await answered) as MessageEvent;
  return (JSON.parse(String(data)) as { result: Answer }).result;
}

function next(socket: WebSocket, type: 'open' | 'message', deadline: AbortSignal): Promise<Event> {
  return new Promise((resolve, reject) => {
    const options = { once: true, signal: deadline };
    socket.addEventListener(type, resolve, options);
    socket.addEventListener('error', () => reject(new Error('the inspector cannot be reached')), options);
    deadline.addEventListener('abort', () => reject(new Error('the inspector did not answer')), { once: true });
  });
}
