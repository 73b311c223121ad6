import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { SandboxClient } from '@multiwa/sandbox/client';
import { startChild } from '../bench/child.js';
import type { FolderAnswer, FolderRequest } from './client.js';

/** A number linked by the bare client library, which keeps its session in a folder of files. */
export interface BareFolder {
  folder: string;
  /** Resolves when the library has sent it. */
  send(phone: string, text: string): Promise<void>;
  /** Closes the session, without logging out; the folder then holds all of it. */
  end(): Promise<void>;
  /** Ends the process and removes the folder. */
  stop(): Promise<void>;
}

/** Links the phone to a process with nothing but Baileys and its useMultiFileAuthState. */
export async function linkBareFolder(sandbox: SandboxClient, phone: string): Promise<BareFolder> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'multiwa-baileys-'));
  const child = startChild<FolderRequest, FolderAnswer>('../bare-folder/client.js');
  const until = async (wanted: string, first: Promise<FolderAnswer>): Promise<FolderAnswer> => {
    let answer = await first;
    while (!(wanted in answer)) answer = await child.next();
    return answer;
  };
  const shown = await until('qr', child.ask({ do: 'link', folder, ...(await sandbox.network()) }));
  const linked = until('linked', child.next());
  if ('qr' in shown) await sandbox.scan(phone, shown.qr);
  await linked;
  return {
    folder,
    async send(to, text) {
      await until('sent', child.ask({ do: 'send', phone: to, text }));
    },
    async end() {
      await until('ended', child.ask({ do: 'end' }));
    },
    async stop() {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
