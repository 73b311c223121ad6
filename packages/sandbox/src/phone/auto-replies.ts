import type { Account } from '../model/account.js';
import { isStatusJid } from '../model/status.js';
import type { ReceivedMessage } from './records.js';

/** What a phone that does things by itself needs of the phone. */
interface Dependencies {
  account: Account;
  slowReaderDelayMs: number;
  read(ids: readonly string[]): Promise<unknown>;
  sendText(text: Pick<ReceivedMessage, 'text' | 'addressing'> & { to: string }): Promise<unknown>;
  log(message: string): void;
}

/** What a phone does by itself with a message: answers with the same text, or reads it late. */
export class AutoReplies {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly dependencies: Dependencies) {}

  react(record: ReceivedMessage, author: Account): void {
    const { account, slowReaderDelayMs, read, sendText, log } = this.dependencies;
    const { autoReply } = account.record;
    const failed = (error: Error): void => log(`phone failed to react: ${error.message}`);
    if (autoReply === 'echo') {
      void read([record.id]).catch(failed);
      // Two echoes would never stop talking.
      if (author.record.autoReply === 'echo' || record.type !== 'text' || isStatusJid(record.group)) return;
      const { text, addressing, group } = record;
      void sendText({ to: group ?? author.phone, text, addressing }).catch(failed);
    } else if (autoReply === 'slow-reader') {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        void read([record.id]).catch(failed);
      }, slowReaderDelayMs);
      this.timers.add(timer);
    }
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }
}
