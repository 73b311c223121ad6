import { run } from './start/run.js';
import { repositoryRoot } from './system/paths.js';

process.exit(await run(process.argv.slice(2), process.env, repositoryRoot));
