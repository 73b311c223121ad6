// npm run bench -- <name>: measures the product beside a bare loop.
import { runProgram } from './run-program.mjs';

runProgram('packages/testkit/dist/bench/main.js');
