/** A mistake told in one sentence: what is wrong and how to fix it. Printed without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** 1: it could not be done; 2: it was asked for in a wrong way. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
