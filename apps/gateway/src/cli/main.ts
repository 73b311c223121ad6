import { EnvError } from '@multiwa/runtime';
import { CliError } from './cli-error.js';
import { runKeys } from './keys.js';
import { runSession } from './session.js';

const usage = `Usage: multiwa <command>

  keys list [--json]             which encryption keys there are, and what each has sealed
  keys rotate [--drop-old]       makes a new key and seals everything anew under it, while all goes on running;
                                 run again after an interruption, it goes on where it was
  keys drop-old                  removes the former keys, once nothing is sealed under them
  session export --profile <id> --file <path> [--release]
                                 the session of a disconnected profile as an encrypted file; --release lets go of it here
  session import --profile <id> --file <path>
  session import --profile <id> --baileys-folder <path>
                                 gives a profile that is not linked a session: then it connects without a QR code
  session restore --profile <id> undoes a release or a logout, within seven days

On the machine of npm start: npm run multiwa -- <command> [--data-dir <path>]

keys reads the environment of the services: DATABASE_URL, NATS_URL, MULTIWA_ENCRYPTION_KEY_FILE or MULTIWA_ENCRYPTION_KEY.
session calls the API: --url or MULTIWA_URL (default http://127.0.0.1:3000), MULTIWA_API_KEY, and for files of ours
--passphrase-file or MULTIWA_PASSPHRASE.
`;

/** The operator's command. @returns the exit code: 0 done, 1 could not be done, 2 asked for in a wrong way */
async function run([group, ...args]: readonly string[]): Promise<number> {
  const say = (line: string) => console.info(line);
  if (group === undefined || group === 'help' || group === '--help') {
    say(usage);
    return group === undefined ? 2 : 0;
  }
  if (group === 'keys') return runKeys(args, say);
  if (group === 'session') return runSession(args, say);
  throw new CliError(`There is no command ${group}: see multiwa --help.`, 2);
}

try {
  process.exit(await run(process.argv.slice(2)));
} catch (error) {
  const told = error instanceof CliError || error instanceof EnvError;
  console.error(told ? error.message : error);
  process.exit(error instanceof CliError ? error.exitCode : 1);
}
