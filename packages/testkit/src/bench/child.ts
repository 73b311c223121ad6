import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The other side of a comparison, in a process of its own; it ends when this process does. */
export interface Child<Request extends object, Answer extends object> {
  ask(request: Request): Promise<Answer>;
  /** The next message of the child. Rejects when it ends. */
  next(): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a built program beside this file. */
export function startChild<Request extends object, Answer extends object>(
  program: string,
  env: Record<string, string> = {},
): Child<Request, Answer> {
  const child: ChildProcess = fork(fileURLToPath(new URL(program, import.meta.url)), {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code}`);
  });
  ended.catch(() => undefined);
  const next = async () => (await Promise.race([once(child, 'message'), ended]))[0] as Answer;
  return {
    next,
    ask: (request) => {
      const answer = next();
      child.send(request);
      return answer;
    },
    async stop() {
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
}
