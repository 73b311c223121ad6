import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { LauncherError } from '../errors.js';
import { repositoryRoot } from '../system/paths.js';

/** What `npm start` was asked for. */
export interface StartOptions {
  port: number;
  dataDir: string;
  sandbox: boolean;
  help: boolean;
  databaseUrl?: string;
  natsUrl?: string;
}

const defaultPort = 3000;

export const usage = `Usage: npm start -- [options]

  --port <number>     port of the API and the console (default ${defaultPort})
  --data-dir <path>   where all data is kept (default .data in the repository)
  --no-sandbox        do not start the simulated WhatsApp network
  --help              show this

Environment:
  DATABASE_URL            use this PostgreSQL instead of the embedded one
  NATS_URL                use this NATS server (with JetStream) instead of the embedded one
  MULTIWA_NATS_SERVER     path of the nats-server program to run
  MULTIWA_ENCRYPTION_KEY  32 bytes in base64; by default kept in the data directory
  MULTIWA_ENCRYPTION_KEY_FILE  a file with the same instead
  LOG_LEVEL               level of the services' logs (default info)
`;

const environmentSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  NATS_URL: z.url({ protocol: /^(nats|tls|wss?)$/ }).optional(),
});

/** Reads the command line and the environment; a mistake is one sentence. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const values = parse(args);
  const urls = environmentSchema.safeParse({ DATABASE_URL: env.DATABASE_URL, NATS_URL: env.NATS_URL });
  if (!urls.success) {
    const name = String(urls.error.issues[0]?.path[0]);
    throw mistake(`${name} is not a URL of the right kind: unset it or correct it.`);
  }
  return {
    port: readPort(values.port),
    dataDir: path.resolve(values['data-dir'] ?? path.join(repositoryRoot, '.data')),
    sandbox: !values['no-sandbox'],
    help: values.help ?? false,
    databaseUrl: urls.data.DATABASE_URL,
    natsUrl: urls.data.NATS_URL,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        'data-dir': { type: 'string' },
        'no-sandbox': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('. ')[0] ?? '').replace(/\.$/, '') : 'Unknown option';
    throw mistake(`${said}: see npm start -- --help.`);
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined) return defaultPort;
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw mistake(`--port ${text} is not a port: use a number from 1 to 65535.`);
}

function mistake(sentence: string): LauncherError {
  return new LauncherError('bad_option', sentence);
}
