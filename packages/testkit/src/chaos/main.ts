import { parseArgs } from 'node:util';
import { findScenario, scenarios, settingsFor } from './registry.js';
import { runScenario } from './run-scenario.js';
import type { Settings } from './settings.js';
import { openWorld } from './world.js';

const names = ['profiles', 'messages', 'perSecond', 'workers', 'contacts', 'minutes'] as const;
const flag = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const usage = `Usage: npm run chaos -- <scenario> [options]

${scenarios.map(({ name, about }) => `  ${name.padEnd(18)} ${about}`).join('\n')}

  --profiles <n>    linked numbers            --messages <n>    texts in all, half of them each way
  --per-second <n>  texts a second in all     --workers <n>     engine workers at the start
  --contacts <n>    people for each profile   --minutes <n>     length of a soak; takes the place of --messages

  It starts real processes on servers and a simulated network of its own. The last line is JSON; the exit code is 0 only if
  nothing was lost, doubled or reordered and every limit was kept.
`;

async function chaos(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(names.map((name) => [flag(name), { type: 'string' as const }])),
      ...{ help: { type: 'boolean' as const } },
    },
    allowPositionals: true,
  });
  const given = new Map<string, string | boolean | undefined>(Object.entries(values));
  const [name] = positionals;
  if (given.get('help') || name === undefined) {
    console.info(usage);
    return given.get('help') ? 0 : 1;
  }
  const scenario = findScenario(name);
  const asked: Partial<Settings> = {};
  for (const each of names) {
    const text = given.get(flag(each));
    if (text === undefined) continue;
    const value = Number(text);
    if (!(value > 0)) throw new Error(`--${flag(each)} must be a number above 0.`);
    asked[each] = each === 'minutes' || each === 'perSecond' ? value : Math.ceil(value);
  }
  const settings = settingsFor(scenario, asked);
  const startedAt = performance.now();
  const say = (line: string) => {
    console.info(`[${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s] ${line}`);
  };
  const world = await openWorld({ settings, wants: scenario.wants, say });
  try {
    const { line, faults, beyond } = await runScenario(world, scenario, settings);
    for (const each of beyond) say(`beyond its limit: ${each}`);
    console.info(JSON.stringify(line));
    return faults.length + beyond.length === 0 ? 0 : 1;
  } finally {
    await world.stop();
  }
}

// Ended from outside it must end its processes too, which is done when it exits by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  process.exit(await chaos(process.argv.slice(2)));
} catch (error) {
  console.error(error);
  process.exit(1);
}
