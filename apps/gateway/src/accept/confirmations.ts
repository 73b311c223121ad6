import type { ConfirmedSend, MessagesRepository } from '@multiwa/db';
import { limits } from '../limits.js';

export interface Confirmations {
  note(messageIds: readonly string[]): void;
  noteNow(messageIds: readonly string[]): Promise<void>;
  /** Writes what is still unwritten. */
  stop(): Promise<void>;
}

/**
 * Notes on messages that the command stream holds them, many in one statement and off the path of any request. What is
 * lost of this in a crash is harmless: the sweep publishes again, and the stream drops what it has.
 */
export function startConfirmations(deps: {
  messages: Pick<MessagesRepository, 'markCommanded'>;
  onError(error: unknown): void;
}): Confirmations {
  let unwritten: ConfirmedSend[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  function flush(): Promise<void> {
    timer = undefined;
    writing = writing.then(async () => {
      const batch = unwritten;
      unwritten = [];
      if (batch.length > 0) await deps.messages.markCommanded(batch).catch(deps.onError);
    });
    return writing;
  }

  return {
    note(messageIds) {
      unwritten.push(...confirmedNow(messageIds));
      timer ??= setTimeout(() => void flush(), limits.markCommandedEveryMs);
    },
    async noteNow(messageIds) {
      if (messageIds.length > 0) await deps.messages.markCommanded(confirmedNow(messageIds));
    },
    stop() {
      clearTimeout(timer);
      return flush();
    },
  };
}

function confirmedNow(messageIds: readonly string[]): ConfirmedSend[] {
  const at = new Date();
  return messageIds.map((id) => ({ id, at }));
}
