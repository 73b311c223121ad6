import { isDeepStrictEqual } from 'node:util';
import type { Restriction } from '@multiwa/contracts';
import {
  appendEvents,
  changeBroadcast,
  giveBackMessages,
  type OwnedBroadcast,
  takeBackColdMessages,
} from '@multiwa/db';
import { readFrozen, restrictionInForce } from '@multiwa/domain';
import type { Transaction } from '../messages/publish-sends.js';
import { statusEvent } from './status-event.js';

/**
 * Brings a broadcast that this transaction holds in line with what WhatsApp allows its number at the moment, and says so
 * when that has changed. While it is restricted, what was accepted for people who never wrote to it is taken back before
 * an engine sends it, which would only fail; once the restriction lifts, that is due again.
 */
export async function obeyRestriction(tx: Transaction, broadcast: OwnedBroadcast): Promise<Restriction | null> {
  const restriction = restrictionInForce(broadcast, new Date());
  const before = readFrozen(broadcast);
  if (restriction) await takeBackColdMessages(tx, broadcast.id);
  else if (before) await giveBackMessages(tx, broadcast.id);
  const frozen = restriction && { reason: restriction.kind, until: restriction.until };
  if (!isDeepStrictEqual(frozen, before)) {
    const changed = await changeBroadcast(tx, broadcast.id, { frozen });
    await appendEvents(tx, [await statusEvent(tx, changed)]);
  }
  return restriction;
}
