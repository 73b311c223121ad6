// npm run demo: a conversation, a broadcast, a flow and webhooks, through the whole product.
import { runProgram } from './run-program.mjs';

runProgram('packages/testkit/dist/demo/main.js');
