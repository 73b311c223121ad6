import type { SignalDataSet, SignalDataTypeMap, SignalKeyStoreWithTransaction } from '@whiskeysockets/baileys';
import type { StoreEntry } from '../store/store.js';

/**
 * The Signal state of one phone. A phone does one thing at a time, so a transaction is just the work; what it changed is
 * collected until the phone commits it together with what it learned or sent.
 */
export class PhoneKeys implements SignalKeyStoreWithTransaction {
  private readonly values = new Map<string, unknown>();
  private dirty = new Map<string, unknown>();

  constructor(private readonly phone: string) {}

  /** Puts back a value that survived a restart. */
  restore(type: string, id: string, value: unknown): void {
    this.values.set(`${type}/${id}`, value);
  }

  get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]): { [id: string]: SignalDataTypeMap[T] } {
    const found: { [id: string]: SignalDataTypeMap[T] } = {};
    for (const id of ids) {
      const value = this.values.get(`${type}/${id}`);
      if (value !== undefined) found[id] = value as SignalDataTypeMap[T];
    }
    return found;
  }

  set(data: SignalDataSet): void {
    for (const [type, changes] of Object.entries(data)) {
      for (const [id, value] of Object.entries(changes ?? {})) {
        const key = `${type}/${id}`;
        if (value === null) this.values.delete(key);
        else this.values.set(key, value);
        this.dirty.set(key, value ?? undefined);
      }
    }
  }

  isInTransaction(): boolean {
    return false;
  }

  transaction<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  /** What changed since the last time, for the journal. */
  takeDirty(): StoreEntry[] {
    const entries = [...this.dirty].map(([key, value]): StoreEntry => [`signal/${this.phone}/${key}`, value]);
    this.dirty = new Map();
    return entries;
  }
}
