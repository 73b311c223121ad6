// npm run chaos -- <scenario>: breaks something amid traffic and counts what came of it.
import { runProgram } from './run-program.mjs';

runProgram('packages/testkit/dist/chaos/main.js');
