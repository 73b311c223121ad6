import type { FactPayload } from '@multiwa/bus';
import { type SessionStatus, type StatusReason, statusReasons } from '@multiwa/contracts';
import type { Lease } from '@multiwa/db';
import { type FactOutbox, SilencedError } from '../facts/fact-outbox.js';
import type { Logger } from '../logger.js';

type StatusFact = FactPayload<'profile-status'>;
type Told = Pick<StatusFact, 'status' | 'reason'> & Partial<Pick<StatusFact, 'qr' | 'self' | 'settled'>>;

interface Dependencies {
  lease: Lease;
  workspaceId: string;
  outbox: FactOutbox;
  logger: Logger;
  onStatus(status: SessionStatus | undefined): void;
}

/** Tells what state a session is in; each word carries the generation and a rising step, so that none can overtake. */
export class StatusTeller {
  readonly #dependencies: Dependencies;
  #step = 0;
  #last = '';

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Resolves when it is stored, with its place in the story. @throws SilencedError once the lease is lost */
  async tell(told: Told): Promise<{ generation: number; step: number }> {
    const { lease, workspaceId, outbox, logger, onStatus } = this.#dependencies;
    const { profileId, generation } = lease;
    const summary = JSON.stringify(told);
    const repeats = summary === this.#last;
    if (!repeats) this.#step += 1;
    const step = this.#step;
    if (repeats) return { generation, step };
    this.#last = summary;
    const payload: StatusFact = {
      profileId,
      workspaceId,
      generation,
      step,
      at: new Date().toISOString(),
      self: null,
      qr: null,
      settled: false,
      ...told,
    };
    onStatus(told.status);
    logger.info(
      { status: told.status, reason: told.reason, sentence: sentenceOf(told.reason), step },
      'Session status',
    );
    await outbox.publish(lease, { kind: 'profile-status', payload });
    return { generation, step };
  }

  /** The same without waiting: order is kept, and what the bus cannot take now is told later. */
  tellSoon(told: Told): void {
    this.tell(told).catch((error: unknown) => {
      if (!(error instanceof SilencedError)) this.#dependencies.logger.error({ err: error }, 'A status was not told');
    });
  }

  /** The session is counted no longer. */
  gone(): void {
    this.#dependencies.onStatus(undefined);
  }

  /** Nothing more is said under this lease. */
  silence(): void {
    this.#dependencies.outbox.silence(this.#dependencies.lease);
  }
}

function sentenceOf(reason: StatusReason | null): string | undefined {
  return reason === null ? undefined : statusReasons[reason];
}
