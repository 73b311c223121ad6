import type { CompleteIdentity } from './read-message.js';
import type { SignalKeys } from './signal-keys.js';

/** Looks among the pairs of phone and LID that the session has stored. */
export function completeFrom(keys: Pick<SignalKeys, 'get'>): CompleteIdentity {
  return async ({ phone, lid }) => {
    if (phone !== null && lid === null) return { phone, lid: (await keys.get('lid-mapping', [phone]))[phone] ?? null };
    if (lid !== null && phone === null) {
      const name = `${lid}_reverse`;
      return { phone: (await keys.get('lid-mapping', [name]))[name] ?? null, lid };
    }
    return { phone, lid };
  };
}
