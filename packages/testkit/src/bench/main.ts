import { parseArgs } from 'node:util';
import { benchAccept } from './accept.js';
import { benchEvents } from './events.js';
import { benchMedia } from './media.js';
import { benchPipeline } from './pipeline.js';
import { benchSend } from './send.js';
import { benchSessions } from './sessions.js';

const usage = `Usage: npm run bench -- <name> [options]

  pipeline   messages/s from accept to SENT through the whole product, beside a bare loop of the client library
             --messages <n>  a turn (default 2400)   --rounds <n>  turns of each (default 4)
  accept     requests/s of the durable accept, beside a bare HTTP server that inserts the same row
             --seconds <n>   a turn (default 5)     --rounds <n>  turns of each (default 4)

  events     from a message at the network to its webhook: latency at a steady rate, and webhooks/s with three endpoints, beside a
             bare loop of signed POSTs
             --per-second <n>  (default 200)   --messages <n>  a turn (default 2400)   --rounds <n>  (default 4)
  sessions   memory of one engine process for each idle, linked profile, and the time to open all, beside bare sockets of the
             client library      --profiles <n>  (default 500)   --settle <n>  idle seconds before memory is read (default 20)
  send       the engine's processor time for each text sent and received, beside a bare loop of the client library
             --messages <n>  a turn (default 600)   --rounds <n>  turns of each (default 4)   --profiles <n>  (default 8)
  media      a document that streams through both ways: seconds, and by how much gateway and engine grow meanwhile
             --mb <n>  megabytes (default 100)

  Both sides take turns on the same servers, so that a busy machine slows both. The last line is JSON.
`;

const options = {
  messages: { type: 'string', default: '2400' },
  seconds: { type: 'string', default: '5' },
  'per-second': { type: 'string', default: '200' },
  rounds: { type: 'string', default: '4' },
  profiles: { type: 'string' },
  settle: { type: 'string', default: '20' },
  mb: { type: 'string', default: '100' },
  help: { type: 'boolean', default: false },
} as const;

async function bench(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const number = (name: Exclude<keyof typeof options, 'help'>, fallback?: number) => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1.`);
    return value;
  };
  const [name] = positionals;
  const benches = new Map<string, () => Promise<object>>([
    ['pipeline', () => benchPipeline({ messages: number('messages'), rounds: number('rounds') })],
    ['accept', () => benchAccept({ seconds: number('seconds'), rounds: number('rounds') })],
    [
      'events',
      () => benchEvents({ perSecond: number('per-second'), messages: number('messages'), rounds: number('rounds') }),
    ],
    ['sessions', () => benchSessions({ profiles: number('profiles', 500), settleSeconds: number('settle') })],
    ['media', () => benchMedia({ megabytes: number('mb') })],
    [
      'send',
      () => benchSend({ messages: number('messages'), rounds: number('rounds'), profiles: number('profiles', 8) }),
    ],
  ]);
  const run = benches.get(name ?? '');
  if (!run) {
    console.info(usage);
    return values.help ? 0 : 1;
  }
  console.info(JSON.stringify(await run()));
  return 0;
}

// Ended from outside it must end its processes too, which is done when it exits by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  process.exit(await bench(process.argv.slice(2)));
} catch (error) {
  console.error(error);
  process.exit(1);
}
