import type { FactPayload } from '@multiwa/bus';
import { healthReasons, type SessionStatus, type StatusReason, statusReasons } from '@multiwa/contracts';
import type { Lease } from '@multiwa/db';
import type { SessionHealth } from '@multiwa/domain';
import { type FactOutbox, SilencedError } from '../facts/fact-outbox.js';
import type { Logger } from '../logger.js';

type StatusFact = FactPayload<'profile-status'>;
type Told = Pick<StatusFact, 'status' | 'reason'> & Partial<Pick<StatusFact, 'qr' | 'self' | 'settled'>>;

interface Dependencies {
  lease: Lease;
  workspaceId: string;
  outbox: FactOutbox;
  logger: Logger;
  /** As the owner before left it. */
  health: SessionHealth;
  onStatus(status: SessionStatus | undefined): void;
}

/**
 * Tells what state a session is in, and how it is doing; each word carries the generation and a rising step, so that none
 * can overtake.
 */
export class StatusTeller {
  readonly #dependencies: Dependencies;
  #health: SessionHealth;
  #told: Told = { status: 'CONNECTING', reason: null };
  #step = 0;
  #last = '';

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#health = dependencies.health;
  }

  get status(): SessionStatus {
    return this.#told.status;
  }

  get health(): SessionHealth {
    return this.#health;
  }

  /** Resolves when it is stored, with its place in the story. @throws SilencedError once the lease is lost */
  async tell(told: Told): Promise<{ generation: number; step: number }> {
    const { lease, workspaceId, outbox, onStatus } = this.#dependencies;
    const { profileId, generation } = lease;
    const standing = { ...told, ...this.#health };
    const summary = JSON.stringify(standing);
    const repeats = summary === this.#last;
    if (!repeats) this.#step += 1;
    const step = this.#step;
    if (repeats) return { generation, step };
    this.#last = summary;
    this.#told = told;
    const payload: StatusFact = {
      profileId,
      workspaceId,
      generation,
      step,
      at: new Date().toISOString(),
      self: null,
      qr: null,
      settled: false,
      ...standing,
    };
    onStatus(told.status);
    this.#log(told, step);
    await outbox.publish(lease, { kind: 'profile-status', payload });
    return { generation, step };
  }

  /** The same without waiting: order is kept, and what the bus cannot take now is told later. */
  tellSoon(told: Told): void {
    this.tell(told).catch((error: unknown) => {
      if (!(error instanceof SilencedError)) this.#dependencies.logger.error({ err: error }, 'A status was not told');
    });
  }

  /** Tells how the session is doing, in the state it is in. */
  tellHealth(health: SessionHealth): void {
    this.#health = health;
    this.tellSoon(this.#told);
  }

  /** Sets how the session is doing; told with the next state. */
  setHealth(health: SessionHealth): void {
    this.#health = health;
  }

  /** The session is counted no longer. */
  gone(): void {
    this.#dependencies.onStatus(undefined);
  }

  /** Nothing more is said under this lease. */
  silence(): void {
    this.#dependencies.outbox.silence(this.#dependencies.lease);
  }

  #log({ status, reason }: Told, step: number): void {
    const { health, healthReason, restriction } = this.#health;
    this.#dependencies.logger.info(
      {
        status,
        reason,
        sentence: sentenceOf(reason),
        step,
        ...(healthReason ? { health, healthReason, healthSentence: healthReasons[healthReason] } : {}),
        ...(restriction ? { restrictedUntil: restriction.until } : {}),
      },
      'Session status',
    );
  }
}

function sentenceOf(reason: StatusReason | null): string | undefined {
  return reason === null ? undefined : statusReasons[reason];
}
