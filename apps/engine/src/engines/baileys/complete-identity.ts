import type { Identity } from '@multiwa/contracts';
import type { SignalKeys } from './signal-keys.js';

/** Finds the other name of a person among the mappings this session has learned; asks nobody. */
export type CompleteIdentity = (identity: Identity) => Promise<Identity>;

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
