import type { Problem } from '@multiwa/contracts';

/** The gateway refused: `code` is stable and listed in docs/errors.md, `problem` is the whole answer. */
export class MultiwaError extends Error {
  override readonly name = 'MultiwaError';
  readonly code: Problem['code'];
  readonly status: number;

  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.code = problem.code;
    this.status = problem.status;
  }
}

/** No answer of the gateway came: connection refused, broken or timed out. `cause` says which. */
export class MultiwaConnectionError extends Error {
  override readonly name = 'MultiwaConnectionError';
}
