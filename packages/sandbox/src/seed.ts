import type { SandboxCore } from './core.js';
import type { NewAccount } from './model/directory.js';

/** The contacts a person without a phone can write to. */
export const SEED_CONTACTS = [
  { phone: '6281200000001', name: 'SANDBOX Echo', autoReply: 'echo' },
  { phone: '6281200000002', name: 'SANDBOX Silent', autoReply: 'silent' },
  { phone: '6281200000003', name: 'SANDBOX Slow reader', autoReply: 'slow-reader' },
] as const satisfies readonly NewAccount[];

/** Creates those of the contacts that are not there yet. */
export async function seedContacts(core: SandboxCore): Promise<void> {
  await core.createPhones(SEED_CONTACTS.filter(({ phone }) => !core.network.directory.find(phone)));
}
