// pnpm docs: writes the pages that are generated from packages/contracts. With --release, also what is released of the events.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { bootstrap, root } from './bootstrap.mjs';

bootstrap();
const { pages } = await import('../packages/contracts/dist/docs/pages.js');
for (const [file, render] of Object.entries(pages)) write(file, render());
if (process.argv.includes('--release')) {
  const { eventSchemas } = await import('../packages/contracts/dist/docs/event-schemas.js');
  write('packages/contracts/released/events.json', `${JSON.stringify(eventSchemas(), null, 2)}\n`);
}

function write(file, text) {
  writeFileSync(path.join(root, file), text);
  console.info(`wrote ${file}`);
}
