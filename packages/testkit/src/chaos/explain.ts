import { formatTrace } from '@multiwa/sandbox/client';
import type { World } from './scenario.js';

const PHONES = 2;
const TRACE_LINES = 80;
const LOG_LINES = 30;

/** What the simulated network saw of the first of these numbers, and the last words of every service. */
export async function explain({ product }: World, phones: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const phone of [...new Set(phones)].slice(0, PHONES)) {
    const lines = await product.sandbox.trace({ phone });
    parts.push(`--- network trace of ${phone}`, formatTrace(lines.slice(-TRACE_LINES)));
  }
  for (const name of product.services.names()) {
    parts.push(`--- last lines of ${name}`, product.logs(name, LOG_LINES));
  }
  return parts.join('\n');
}
