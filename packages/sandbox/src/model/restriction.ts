import type { Account } from './account.js';
import type { Restriction } from './enforcement.js';
import { addressOf } from './jid.js';
import { isCapped } from './new-chat-cap.js';
import { type BinaryNode, bytesOf, childOf, childrenOf } from './node.js';
import { trustToken } from './trust-token.js';

/** The restriction in force; it lifts by the clock. */
export function activeRestriction(account: Account, nowMs = Date.now()): Restriction | undefined {
  const { restriction } = account.record;
  return restriction && restriction.untilMs > nowMs ? restriction : undefined;
}

/**
 * Whether the message of an account that is restricted, or has reached its cap, is refused: it begins a conversation, since it lacks the token that its recipient
 * hands to whom they write. Words among own devices and resends of what was accepted are free.
 */
export function refusesFirstMessage(sender: Account, recipient: Account | undefined, node: BinaryNode): boolean {
  if (!recipient || recipient === sender || !addressOf(node.attrs.to)) return false;
  if (!activeRestriction(sender) && !isCapped(sender)) return false;
  if (childrenOf(node, 'enc').some((enc) => enc.attrs.count !== undefined)) return false;
  const token = bytesOf(childOf(node, 'tctoken'));
  return !token?.equals(trustToken(recipient, sender));
}

/** What the network tells about a restriction, in the form of its answers and notifications. */
export function timelockOf(account: Account): Record<string, unknown> {
  const restriction = activeRestriction(account);
  if (!restriction) return { is_active: false };
  return {
    is_active: true,
    time_enforcement_ends: Math.ceil(restriction.untilMs / 1000).toString(),
    enforcement_type: restriction.enforcementType,
  };
}
