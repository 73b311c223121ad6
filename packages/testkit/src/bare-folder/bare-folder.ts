import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxClient } from '@multiwa/sandbox/client';
import { waitFor } from '../wait-for.js';
import type { FolderAnswer, FolderRequest } from './client.js';

/** A number linked by the bare client library, which keeps its session in a folder of files. */
export interface BareFolder {
  folder: string;
  /** Resolves when the library has sent it. */
  send(phone: string, text: string): Promise<void>;
  /** Resolves when the library has handed a message with this text over. */
  untilReceived(text: string): Promise<void>;
  /** Closes the session, without logging out; the folder then holds all of it. */
  end(): Promise<void>;
  /** Ends the process and removes the folder. */
  stop(): Promise<void>;
}

const LINK_TIMEOUT_MS = 30_000;

/** Links the phone to a process with nothing but Baileys and its useMultiFileAuthState. */
export async function linkBareFolder(sandbox: SandboxClient, phone: string): Promise<BareFolder> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'multiwa-baileys-'));
  const child = fork(fileURLToPath(new URL('client.js', import.meta.url)), {
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  });
  const exited = once(child, 'exit');
  const answers: FolderAnswer[] = [];
  child.on('message', (answer: FolderAnswer) => answers.push(answer));
  const ask = (request: FolderRequest) => child.send(request);
  const until = <T>(what: string, look: () => T | undefined | false) =>
    waitFor(look, { what: `the bare library: ${what}`, timeoutMs: LINK_TIMEOUT_MS });
  const said = (word: string) => answers.some((answer) => word in answer);
  let sent = 0;

  ask({ do: 'link', folder, ...(await sandbox.network()) });
  const { qr } = await until('a QR code', () => answers.find((answer) => 'qr' in answer));
  await sandbox.scan(phone, qr);
  await until('the session to be open', () => said('linked'));
  return {
    folder,
    async send(to, text) {
      sent += 1;
      ask({ do: 'send', phone: to, text });
      await until('a message to be sent', () => answers.filter((answer) => 'sent' in answer).length === sent);
    },
    async untilReceived(text) {
      await until(text, () => answers.some((answer) => 'received' in answer && answer.received === text));
    },
    async end() {
      ask({ do: 'end' });
      await until('the end of the session', () => said('ended'));
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
