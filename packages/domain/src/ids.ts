import cuid from '@bugsnag/cuid';

/** A new id of ours: time-ordered, so that indexes grow at their end; letters and digits only, so that it fits a NATS subject. */
export function newId(): string {
  return cuid();
}
