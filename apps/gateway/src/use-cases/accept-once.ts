import { CodedError } from '@multiwa/contracts';

/** The steps of an acceptance that a repeated Idempotency-Key must not do again. */
export interface Acceptance<Prepared, Outcome> {
  /** Everything that may refuse it, before anything is stored. @throws CodedError */
  prepare(): Promise<Prepared>;
  /** Stores it; undefined when its key was used before, or its profile is gone. */
  accept(prepared: Prepared): Promise<Outcome | undefined>;
  /** What was answered when the key was used first; undefined without a key, or when it was not used. */
  firstAnswer(): Promise<Outcome | undefined>;
  /** The profile is gone, whatever was known of it. */
  profileGone(): void;
}

/**
 * Accepts once for each Idempotency-Key. A repetition gets the first answer also where it would be refused by now: what
 * stands against it may have come up since.
 * @throws CodedError
 */
export async function acceptOnce<Prepared, Outcome>({
  prepare,
  accept,
  firstAnswer,
  profileGone,
}: Acceptance<Prepared, Outcome>): Promise<Outcome> {
  const prepared = await prepare().catch(codedError);
  if (prepared instanceof CodedError) {
    const first = await firstAnswer();
    if (first) return first;
    throw prepared;
  }
  const outcome = (await accept(prepared)) ?? (await firstAnswer());
  if (outcome) return outcome;
  profileGone();
  throw new CodedError('profile_not_found');
}

function codedError(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  throw error;
}
