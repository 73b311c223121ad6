import type { StatusPart } from '@multiwa/contracts';
import { areJidsSameUser, type proto, type WASocket } from '@whiskeysockets/baileys';
import { chatOf, identityOf } from '../addresses.js';
import type { CompleteIdentity } from '../complete-identity.js';
import type { resendLabelOf } from '../converters/stanza.js';
import { resendWithKey } from '../resend-with-key.js';

interface Asked {
  id: string;
  from: string;
  participant: string | undefined;
  count: number;
}

/** Sends a status again to the one device that asked for it, if it belongs to its audience. */
export async function resendStatus(
  sock: WASocket,
  complete: CompleteIdentity,
  { participant, ...asked }: Asked,
  { audience, ...again }: { message: proto.IMessage; label: ReturnType<typeof resendLabelOf> } & StatusPart,
): Promise<boolean> {
  const { me } = sock.authState.creds;
  if (participant === undefined || !me) return false;
  const own = areJidsSameUser(participant, me.id) || areJidsSameUser(participant, me.lid);
  const asking = await complete(identityOf(participant));
  const names = [chatOf(asking), asking.lid === null ? null : `${asking.lid}@lid`];
  if (!own && !audience.some((one) => names.includes(one))) return false;
  return resendWithKey(sock, { ...asked, participant, addressing: 'lid', own }, again);
}
