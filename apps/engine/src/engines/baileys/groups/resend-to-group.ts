import { areJidsSameUser, type proto, type WASocket } from '@whiskeysockets/baileys';
import { identityOf, isSamePerson } from '../addresses.js';
import type { resendLabelOf } from '../converters/stanza.js';
import { resendWithKey } from '../resend-with-key.js';
import type { GroupBook } from './group-book.js';

/** One member's device asks for a message that it could not read. */
interface Asked {
  id: string;
  from: string;
  participant: string | undefined;
  count: number;
}

/**
 * Sends a group's message again to the one device that asked, with the key to read the next ones by. Whoever has left the
 * group gets neither.
 */
export async function resendToGroup(
  sock: WASocket,
  groups: Pick<GroupBook, 'get'>,
  { participant, ...asked }: Asked,
  again: { message: proto.IMessage; label: ReturnType<typeof resendLabelOf> },
): Promise<boolean> {
  const { me } = sock.authState.creds;
  if (participant === undefined || !me) return false;
  const { info, addressing } = await groups.get(asked.from);
  const asking = identityOf(participant);
  if (!info.participants.some((one) => isSamePerson(one, asking))) return false;
  const own = areJidsSameUser(participant, me.id) || areJidsSameUser(participant, me.lid);
  return resendWithKey(sock, { ...asked, participant, addressing, own }, again);
}
