import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root: this file is built to packages/launcher/dist/system/. */
export const repositoryRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../..');

/** Where a fetched nats-server is kept for every data directory of this checkout. */
export const defaultCacheDir = path.join(repositoryRoot, '.data', 'bin');
