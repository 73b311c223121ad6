import { areJidsSameUser, type proto, type WASocket } from '@whiskeysockets/baileys';
import { identityOf, isSamePerson } from '../addresses.js';
import type { resendLabelOf } from '../converters/stanza.js';
import { resendWithKey } from '../resend-with-key.js';
import type { GroupBook } from './group-book.js';
import type { KnownGroup } from './read-group.js';

/** One member's device asks for a message that it could not read. */
interface Asked {
  id: string;
  from: string;
  participant: string | undefined;
  count: number;
}

/**
 * Sends a group's message again to the one device that asked, with the key to read the next ones by. Whoever has left the
 * group gets neither; WhatsApp is asked before somebody is taken for one who has.
 */
export async function resendToGroup(
  sock: WASocket,
  groups: Pick<GroupBook, 'get' | 'refresh'>,
  { participant, ...asked }: Asked,
  again: { message: proto.IMessage; label: ReturnType<typeof resendLabelOf> },
): Promise<boolean> {
  const { me } = sock.authState.creds;
  if (participant === undefined || !me) return false;
  const asking = identityOf(participant);
  const isIn = ({ info }: KnownGroup) => info.participants.some((one) => isSamePerson(one, asking));
  const known = await groups.get(asked.from);
  const group = isIn(known) ? known : await groups.refresh(asked.from);
  if (!isIn(group)) return false;
  const own = areJidsSameUser(participant, me.id) || areJidsSameUser(participant, me.lid);
  return resendWithKey(sock, { ...asked, participant, addressing: group.addressing, own }, again);
}
