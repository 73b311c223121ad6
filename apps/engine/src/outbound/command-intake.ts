import type { Bus, Consumption, Stoppable } from '@multiwa/bus';
import { CodedError, profileConsumer } from '@multiwa/contracts';
import type { Lease } from '@multiwa/db';
import { backoff } from '@multiwa/runtime';
import type { Logger } from '../logger.js';
import type { ChatRunner } from './chat-runner.js';
import type { CommandRunner } from './command-runner.js';

interface Dependencies {
  bus: Pick<Bus, 'consumeProfileCommands' | 'answer'>;
  lease: Lease;
  /** Cancels a queued message unless its send has begun; resolves with whether it did. */
  withdraw(messageId: string): Promise<boolean>;
  logger: Logger;
}

interface Makers {
  makeRunner(): CommandRunner;
  makeChatRunner(): ChatRunner;
}

const RETRY = { firstMs: 200, maxMs: 5_000 };

/**
 * Brings a profile's commands to its open connection, one connection after another. Each start makes the consumer anew, so
 * that all that was left unacked comes again, in order.
 */
export class CommandIntake {
  readonly #dependencies: Dependencies;
  /** Counts the consumers made under this lease. */
  #attempt = 0;
  #consumption: Consumption | undefined;
  #runner: CommandRunner | undefined;
  #chatRunner: ChatRunner | undefined;
  #withdrawals: Stoppable | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Begins to take commands; tries again until it succeeds or `stop` is called. */
  start(makeRunner: () => CommandRunner, makeChatRunner: () => ChatRunner): void {
    const { bus, lease, withdraw } = this.#dependencies;
    this.#withdrawals ??= bus.answer('withdraw', lease.profileId, async ({ messageId }) => ({
      withdrawn: await withdraw(messageId),
    }));
    this.#work = this.#work.then(() => this.#start({ makeRunner, makeChatRunner }, 1));
  }

  /** Takes nothing more, and waits for what is being sent and said. */
  async stop(): Promise<void> {
    this.#endRunner();
    this.#withdrawals?.stop();
    this.#withdrawals = undefined;
    this.#work = this.#work.then(async () => {
      this.#endRunner();
      const consumption = this.#consumption;
      this.#consumption = undefined;
      await consumption?.stop();
    });
    await this.#work;
  }

  #endRunner(): void {
    this.#runner?.end();
    this.#chatRunner?.end();
    this.#runner = undefined;
    this.#chatRunner = undefined;
  }

  async #start(make: Makers, failures: number): Promise<void> {
    const { bus, lease, logger } = this.#dependencies;
    const { profileId, generation } = lease;
    const runner = make.makeRunner();
    const chatRunner = make.makeChatRunner();
    this.#runner = runner;
    this.#chatRunner = chatRunner;
    const previous = this.#attempt === 0 ? undefined : profileConsumer.name(profileId, generation, this.#attempt);
    this.#attempt += 1;
    try {
      this.#consumption = await bus.consumeProfileCommands({
        profileId,
        generation,
        connection: this.#attempt,
        previousConsumer: previous,
        handler: (message) => runner.handle(message),
        chatHandler: (message) => chatRunner.handle(message),
        onLost: (reason) => {
          logger.warn({ profileId, reason }, 'Commands stopped coming');
          if (this.#runner === runner) void this.#again(make, runner, 1);
        },
      });
    } catch (error) {
      const newer = error instanceof CodedError && error.code === 'state_conflict';
      logger.warn({ err: error, profileId, newer }, 'Commands cannot be taken yet');
      // A newer owner's consumer means that this lease is lost: the next renewal will say so.
      void this.#again(make, runner, failures + 1);
    }
  }

  async #again(make: Makers, runner: CommandRunner, failures: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, backoff({ ...RETRY, attempt: failures })));
    if (this.#runner !== runner) return;
    runner.end();
    this.#chatRunner?.end();
    this.#work = this.#work.then(async () => {
      await this.#consumption?.stop();
      this.#consumption = undefined;
      if (this.#runner === runner) await this.#start(make, failures);
    });
  }
}
