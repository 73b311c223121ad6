// npm start: installs and builds what is needed, then becomes the launcher. In one process, so that a signal sent to it, or its
// end, reaches the launcher itself.
import { bootstrap } from './bootstrap.mjs';

bootstrap();
await import('../packages/launcher/dist/main.js');
