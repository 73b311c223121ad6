// pnpm docs: writes the pages that are generated from packages/contracts.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { bootstrap, root } from './bootstrap.mjs';

bootstrap();
const { pages } = await import('../packages/contracts/dist/docs/pages.js');
for (const [file, render] of Object.entries(pages)) {
  writeFileSync(path.join(root, file), render());
  console.info(`wrote ${file}`);
}
