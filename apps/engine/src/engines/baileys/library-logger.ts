import type { SocketConfig } from '@whiskeysockets/baileys';
import type { Logger } from '../../logger.js';

/**
 * What the library logs, without what it logs: it hands over nodes, keys and credentials. Only its sentence, and the
 * message of an error, reach our log, and only from `warn` upwards; as information, since the library warns of what is a
 * matter of course (the restart after linking) and our own lines tell what a trouble led to.
 */
export function libraryLogger(logger: Logger): SocketConfig['logger'] {
  const pass = (first: unknown, sentence?: string): void => {
    const detail = errorMessage(first);
    logger.info({ engine: 'baileys', ...(detail ? { detail } : {}) }, sentence ?? sentenceOf(first));
  };
  const drop = (): void => undefined;
  const quiet: SocketConfig['logger'] = {
    level: 'warn',
    child: () => quiet,
    trace: drop,
    debug: drop,
    info: drop,
    warn: pass,
    error: pass,
  };
  return quiet;
}

function sentenceOf(first: unknown): string {
  return typeof first === 'string' ? first : 'The library warned';
}

function errorMessage(fields: unknown): string | undefined {
  if (typeof fields !== 'object' || fields === null) return undefined;
  const { err, error } = fields as { err?: unknown; error?: unknown };
  const cause = err ?? error;
  if (cause instanceof Error) return cause.message;
  return typeof cause === 'string' ? cause : undefined;
}
