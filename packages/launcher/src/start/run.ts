import { once } from 'node:events';
import { LauncherError } from '../errors.js';
import { Opened } from './opened.js';
import { readOptions, usage } from './options.js';
import { startGateway } from './start-gateway.js';
import { untilAsked } from './stop-request.js';

/**
 * The launcher's whole life: start everything, wait for Ctrl-C, stop everything. `root` is the directory with the built
 * apps and packages.
 * @returns the exit code.
 */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv, root: string): Promise<number> {
  const opened = new Opened();
  const say = (line: string) => console.info(line);
  const force = () => {
    say('Ending everything at once; the next start recovers.');
    opened.killAll();
    process.exit(1);
  };
  try {
    const options = readOptions(args, env);
    if (options.help) {
      say(usage);
      return 0;
    }
    const stopRequest = untilAsked(say, force);
    const ended = once(stopRequest, 'abort');
    await startGateway(options, { env, root, say, opened, signal: stopRequest }).catch((error) => {
      if (!stopRequest.aborted) throw error;
    });
    await ended;
  } catch (error) {
    // A mistake is one sentence; anything else is a defect, and its stack helps whoever reports it.
    console.error(error instanceof LauncherError ? error.message : error);
    await opened.stopAll();
    return 1;
  }
  await opened.stopAll();
  say('Stopped.');
  return 0;
}
