import { rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readTextFile, writeFileAtomically } from '../system/files.js';

const answerSchema = z.discriminatedUnion('created', [
  z.object({ created: z.literal(true), apiKey: z.string() }),
  z.object({ created: z.literal(false) }),
]);

/**
 * The first API key is stored hashed, so it can be shown only once. Between its making and the ready block a start may
 * fail or be killed; until it has been shown it is kept in a file that only the owner may read.
 */
export class FirstApiKey {
  readonly #file: string;

  constructor(dataDir: string) {
    this.#file = path.join(dataDir, 'first-api-key');
  }

  /** Takes the one JSON line that the gateway's bootstrap prints. */
  keep(bootstrapOutput: string): void {
    const line = bootstrapOutput.trim().split('\n').at(-1) ?? '';
    const answer = answerSchema.parse(JSON.parse(line));
    if (answer.created) writeFileAtomically(this.#file, `${answer.apiKey}\n`, 0o600);
  }

  /** The key, if it has not been shown yet. */
  unseen(): string | undefined {
    return readTextFile(this.#file);
  }

  /** Forgets the key. */
  shown(): void {
    rmSync(this.#file, { force: true });
  }
}
