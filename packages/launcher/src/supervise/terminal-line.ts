import { z } from 'zod';

const WARN_LEVEL = 40;
const levelNames = new Map([
  [40, 'warning'],
  [50, 'error'],
  [60, 'fatal'],
]);
const namedLevels = new Map([
  ['warn', 40],
  ['error', 50],
  ['fatal', 60],
]);

const recordSchema = z.object({
  level: z.union([z.number(), z.string().transform((name) => namedLevels.get(name.toLowerCase()) ?? 0)]),
  msg: z.string().optional(),
  err: z.object({ message: z.string().optional() }).optional(),
});

/**
 * What the terminal shows of a line that a service logged: warnings and worse as one line for people, nothing of the rest.
 * A line that is not JSON is shown when it came from the error stream (a crash's own words).
 */
export function terminalLine(service: string, line: string, stream: 'stdout' | 'stderr'): string | undefined {
  const record = recordSchema.safeParse(parseJson(line)).data;
  if (!record) return stream === 'stderr' && line.trim() ? `${service}: ${line}` : undefined;
  if (record.level < WARN_LEVEL) return undefined;
  const level = levelNames.get(record.level) ?? 'error';
  const text = [record.msg, record.err?.message].filter((part, index, all) => part && all.indexOf(part) === index);
  return `${service}: ${level}: ${text.join(': ')}`;
}

function parseJson(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
