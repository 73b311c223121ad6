// npm run multiwa -- keys|session …: what an operator does beside the running product.
import { runProgram } from './run-program.mjs';

runProgram('packages/launcher/dist/multiwa.js');
