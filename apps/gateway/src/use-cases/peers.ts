import type { Identity } from '@multiwa/contracts';
import { identityOfChat } from '@multiwa/domain';

/** What names a person in a row: an address, and the contact where there is one. */
export interface Addressed {
  chat: string | null;
  contactId: string | null;
}

export type WithPeer<Row> = Row & { peer: Identity | null };
/** Adds to rows the person of each, by both names. */
export type WithPeers = <Row extends Addressed>(rows: readonly Row[]) => Promise<WithPeer<Row>[]>;

/** The contact knows both names; without one the address tells one of them. The rows are those of one workspace. */
export function makeWithPeers(
  identitiesOf: (contactIds: readonly (string | null)[]) => Promise<ReadonlyMap<string, Identity>>,
): WithPeers {
  return async (rows) => {
    const known = await identitiesOf(rows.map(({ contactId }) => contactId));
    return rows.map((row) => ({ ...row, peer: peerOf(row, known) }));
  };
}

function peerOf({ chat, contactId }: Addressed, known: ReadonlyMap<string, Identity>): Identity | null {
  if (chat?.endsWith('@g.us')) return null;
  const contact = contactId === null ? undefined : known.get(contactId);
  return contact ?? (chat === null ? null : identityOfChat(chat));
}
