import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { LauncherError } from './errors.js';
import { encryptionKey, encryptionKeyFile } from './start/encryption-key.js';
import { runningServers } from './start/running-servers.js';
import { repositoryRoot } from './system/paths.js';

const OPTION = '--data-dir';

/**
 * `npm run multiwa`: the operator's command on the machine of `npm start`. It only finds out where the running product is, and
 * leaves the work to the command itself, which a container runs with the environment that its service has.
 */
async function run(given: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { dataDir, args } = readDataDir(given);
  const child = spawn(process.execPath, [path.join(repositoryRoot, 'apps/gateway/dist/cli/main.js'), ...args], {
    env: { ...env, ...(args[0] === 'keys' ? around(dataDir, env) : {}) },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

function readDataDir(given: readonly string[]): { dataDir: string; args: string[] } {
  const args = [...given];
  const at = args.findIndex((arg) => arg === OPTION || arg.startsWith(`${OPTION}=`));
  if (at < 0) return { dataDir: path.join(repositoryRoot, '.data'), args };
  const [option = ''] = args.splice(at, 1);
  const value = option.includes('=') ? option.slice(OPTION.length + 1) : args.splice(at, 1)[0];
  if (!value) throw new LauncherError('bad_option', `${OPTION} needs a path.`);
  return { dataDir: path.resolve(value), args };
}

function around(dataDir: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = env.MULTIWA_ENCRYPTION_KEY ?? env.MULTIWA_ENCRYPTION_KEY_FILE;
  if (!given && !existsSync(encryptionKeyFile(dataDir))) {
    throw new LauncherError(
      'encryption_key_invalid',
      `${encryptionKeyFile(dataDir)} does not exist: name the right --data-dir, or set MULTIWA_ENCRYPTION_KEY_FILE.`,
    );
  }
  const servers = env.DATABASE_URL ? undefined : runningServers(dataDir);
  return {
    ...(servers && { DATABASE_URL: servers.databaseUrl }),
    ...(servers && !env.NATS_URL && { NATS_URL: servers.natsUrl }),
    ...encryptionKey(dataDir, env),
  };
}

try {
  process.exitCode = await run(process.argv.slice(2), process.env);
} catch (error) {
  console.error(error instanceof LauncherError ? error.message : error);
  process.exitCode = 1;
}
