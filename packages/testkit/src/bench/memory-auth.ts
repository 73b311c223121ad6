import {
  type AuthenticationCreds,
  type AuthenticationState,
  BufferJSON,
  initAuthCreds,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
} from '@whiskeysockets/baileys';
import { z } from 'zod';

/** Keys in memory only: the fastest store there can be. */
export interface MemoryAuth extends AuthenticationState {
  /** Everything, as text. */
  save(): string;
}

const APP_STATE_KEY = 'app-state-sync-key/';
const savedSchema = z.object({ creds: z.custom<AuthenticationCreds>(), keys: z.array(z.tuple([z.string(), z.any()])) });

/** @param saved what `save` gave; a number that is not linked yet when absent */
export function memoryAuth(saved?: string): MemoryAuth {
  const stored = saved === undefined ? undefined : savedSchema.parse(JSON.parse(saved, BufferJSON.reviver));
  const creds = stored?.creds ?? initAuthCreds();
  const keys = new Map<string, unknown>(
    stored?.keys.map(([key, value]) => [
      key,
      key.startsWith(APP_STATE_KEY) ? proto.Message.AppStateSyncKeyData.fromObject(value) : value,
    ]),
  );
  return {
    creds,
    save: () => JSON.stringify({ creds, keys: [...keys] }, BufferJSON.replacer),
    keys: {
      get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
        const found: { [id: string]: SignalDataTypeMap[T] } = {};
        for (const id of ids) {
          const value = keys.get(`${type}/${id}`);
          if (value !== undefined && value !== null) found[id] = value as SignalDataTypeMap[T];
        }
        return found;
      },
      set: async (data: SignalDataSet) => {
        for (const [type, entries] of Object.entries(data)) {
          for (const [id, value] of Object.entries(entries ?? {})) {
            if (value === null) keys.delete(`${type}/${id}`);
            else keys.set(`${type}/${id}`, value);
          }
        }
      },
    },
  };
}
