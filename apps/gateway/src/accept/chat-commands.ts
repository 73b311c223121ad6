import type { Bus } from '@multiwa/bus';
import { chatActionSchema, timing } from '@multiwa/contracts';
import type { ChatCommandRow } from '@multiwa/db';
import type { Logger } from '@multiwa/runtime';
import { KeyedTurns } from '../keyed-turns.js';
import { limits } from '../limits.js';

export interface ChatCommandsDeps {
  bus: Pick<Bus, 'publishCommand' | 'healthy'>;
  /** What waits of a profile, in the order of the changes. */
  waiting(profileId: string, take: number): Promise<ChatCommandRow[]>;
  /** The stream holds these. */
  forget(ids: readonly string[]): Promise<void>;
  /** Profiles of which something has waited for so long. */
  late(graceMs: number, take: number): Promise<string[]>;
  logger: Pick<Logger, 'warn'>;
}

export interface ChatCommands {
  /** Hands on what waits of a profile. Never throws: the rows stay until the stream holds them. */
  handOn(profileId: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Changes of chats on their way to the engine: rows, written with the change, that go once the command stream holds them. A
 * profile's go in the order of the changes, also those that an earlier crash or outage left; the stream drops what two
 * gateways hand on.
 */
export function startChatCommands({ bus, waiting, forget, late, logger }: ChatCommandsDeps): ChatCommands {
  const turns = new KeyedTurns();
  let sweeping: Promise<void> | undefined;
  let stopping = false;

  async function handOnNow(profileId: string): Promise<void> {
    for (;;) {
      const rows = await waiting(profileId, limits.chatCommandBatch);
      for (const { id: commandId, action, createdAt, ...row } of rows) {
        const acceptedAt = createdAt.toISOString();
        await bus.publishCommand('chat', { ...row, commandId, action: chatActionSchema.parse(action), acceptedAt });
        await forget([commandId]);
      }
      if (rows.length < limits.chatCommandBatch || stopping) return;
    }
  }

  async function handOn(profileId: string): Promise<void> {
    try {
      await turns.run(profileId, () => handOnNow(profileId));
    } catch (error) {
      logger.warn({ err: error, profileId }, 'changes of chats wait for the command stream');
    }
  }

  async function sweep(): Promise<void> {
    if (!bus.healthy()) return;
    try {
      for (const profileId of await late(timing.sweep.graceMs, limits.chatCommandBatch)) await handOn(profileId);
    } catch (error) {
      logger.warn({ err: error }, 'changes of chats that wait could not be looked for');
    }
  }

  const timer = setInterval(() => {
    sweeping ??= sweep().finally(() => {
      sweeping = undefined;
    });
  }, timing.sweep.everyMs);

  return {
    handOn,
    async stop() {
      stopping = true;
      clearInterval(timer);
      await sweeping;
      await turns.idle();
    },
  };
}
