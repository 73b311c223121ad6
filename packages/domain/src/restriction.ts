import { type Restriction, restrictionSchema } from '@multiwa/contracts';

/**
 * What WhatsApp forbids a number at this moment; null when it may write to anybody. A restriction whose end has passed
 * counts as lifted, though nobody has said so yet; one without details holds until somebody does.
 */
export function restrictionInForce(
  { health, restriction }: { health: string; restriction: unknown },
  now: Date,
): Restriction | null {
  if (health !== 'RESTRICTED') return null;
  const told = restrictionSchema.safeParse(restriction);
  if (!told.success) return { kind: 'reachout_timelock', until: null, enforcementType: null };
  return holdsAt(told.data, now) ? told.data : null;
}

/** Whether a restriction still holds at a time, such as that of a scheduled message. */
export function holdsAt({ until }: Pick<Restriction, 'until'>, time: Date): boolean {
  return until === null || new Date(until) > time;
}
