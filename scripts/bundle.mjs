// Bundles programs of a package, such as `node ../../scripts/bundle.mjs main cli/main`: src/main.ts and all that it imports become
// dist/main.js. A service loads several hundred modules otherwise, which takes more than half of its start.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const programs = process.argv.slice(2);
const chunks = 'dist/chunks';

/** Read files beside themselves, or are not installed and looked for at run time. */
const external = ['@fastify/swagger-ui', 'jimp', 'link-preview-js', 'sharp', 'pg-native'];

/** What CommonJS modules among them have, and modules of ECMAScript have not. */
const requireForBundled = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  'const require = createRequireOfBundle(import.meta.url);',
].join('\n');

rmSync(chunks, { recursive: true, force: true });
await build({
  entryPoints: programs.map((program) => `src/${program}.ts`),
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  // What is imported only when it is needed stays apart.
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  legalComments: 'none',
  banner: { js: requireForBundled },
  external,
  logLevel: 'warning',
});
