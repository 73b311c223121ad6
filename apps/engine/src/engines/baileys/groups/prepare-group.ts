import type { FailureCode, Identity } from '@multiwa/contracts';
import type { SendOutcome } from '../../engine.js';
import { isSamePerson } from '../addresses.js';
import type { GroupBook } from './group-book.js';
import { groupFailure, refusalOf } from './group-error.js';

/** The group as a message finds it: to how many others it goes, or why it does not. */
export async function prepareGroup(
  groups: GroupBook,
  chat: string,
  self: Identity,
): Promise<{ recipients: number } | Exclude<SendOutcome, { kind: 'sent' }>> {
  try {
    const { info } = await groups.get(chat);
    const own = info.participants.find((one) => isSamePerson(one, self));
    if (!own) return failed('not_group_member');
    if (info.announce && own.role === 'MEMBER') return failed('group_admins_only');
    return { recipients: info.participants.length - 1 };
  } catch (error) {
    const code = groupFailure(refusalOf(error));
    if (code) return failed(code);
    return { kind: 'retry', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** WhatsApp's no to a message shows that the group is not what it was thought to be. */
export function doubtGroup(groups: GroupBook, chat: string, outcome: SendOutcome): void {
  if (outcome.kind !== 'failed') return;
  // Told as a fact, whatever it finds.
  groups.refresh(chat).catch(() => undefined);
}

function failed(code: FailureCode): { kind: 'failed'; code: FailureCode; detail: null } {
  return { kind: 'failed', code, detail: null };
}
