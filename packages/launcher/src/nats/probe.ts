import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../system/processes.js';

const POLL_MS = 10;
const CONNECT_TIMEOUT_MS = 2_000;

/** Whether a NATS server with JetStream greets on this port: the first line of the protocol is `INFO {…}`. */
export function greetsWithJetStream(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    let greeting = '';
    const socket = connect({ port, host: '127.0.0.1', timeout: CONNECT_TIMEOUT_MS });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk) => {
      greeting += chunk.toString('utf8');
      if (greeting.includes('\n')) finish(greeting.startsWith('INFO ') && greeting.includes('"jetstream":true'));
    });
    socket.once('timeout', () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

/** Waits until the server with this pid greets. False when it ended, or `timeoutMs` passed, before it did. */
export async function waitForGreeting(pid: number, port: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(pid) && performance.now() < deadline) {
    if ((await greetsWithJetStream(port)) && isAlive(pid)) return true;
    await sleep(POLL_MS);
  }
  return false;
}
