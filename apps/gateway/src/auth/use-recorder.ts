import type { ApiKeysRepository } from '@multiwa/db';
import { limits } from '../limits.js';

export interface UseRecorder {
  record(apiKeyId: string, at: Date): void;
  /** Writes what is still unwritten. */
  stop(): Promise<void>;
}

/** Keeps when each key was used last, and writes it now and then: a use costs no statement of its own. */
export function startUseRecorder(deps: {
  apiKeys: Pick<ApiKeysRepository, 'recordUses'>;
  onError(error: unknown): void;
}): UseRecorder {
  const uses = new Map<string, Date>();
  let writing = Promise.resolve();

  function flush(): Promise<void> {
    writing = writing.then(async () => {
      const batch = [...uses].map(([id, at]) => ({ id, at }));
      uses.clear();
      if (batch.length > 0) await deps.apiKeys.recordUses(batch).catch(deps.onError);
    });
    return writing;
  }

  const timer = setInterval(() => void flush(), limits.recordUsesEveryMs);
  timer.unref();
  return {
    record: (apiKeyId, at) => void uses.set(apiKeyId, at),
    stop() {
      clearInterval(timer);
      return flush();
    },
  };
}
