import { proto } from '@whiskeysockets/baileys';
import type { StoreEntry } from '../store/store.js';

/**
 * The server's copy of what an account's devices keep in common: for each collection its patches, sealed for the server,
 * each of which raises the version by one.
 */
export class AppState {
  private readonly collections = new Map<string, Buffer[]>();

  constructor(private readonly phone: string) {}

  restore(name: string, version: number, patch: Buffer): void {
    const patches = this.collections.get(name) ?? [];
    patches[version - 1] = patch;
    this.collections.set(name, patches);
  }

  version(name: string): number {
    return this.collections.get(name)?.length ?? 0;
  }

  /** The patches behind a version, in order. */
  since(name: string, version: number): Buffer[] {
    return this.collections.get(name)?.slice(version) ?? [];
  }

  /** Takes a patch that was made from the newest version; undefined for any other. */
  append(name: string, base: number, bytes: Uint8Array): StoreEntry | undefined {
    const version = this.version(name) + 1;
    if (base !== version - 1) return undefined;
    const patch = proto.SyncdPatch.decode(bytes);
    // Clients leave the version out; it is the server that says it.
    patch.version = proto.SyncdVersion.create({ version });
    const kept = Buffer.from(proto.SyncdPatch.encode(patch).finish());
    this.restore(name, version, kept);
    return [`appstate/${this.phone}/${name}/${version}`, kept];
  }
}
