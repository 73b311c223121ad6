import type { Bus } from '@multiwa/bus';
import { timing } from '@multiwa/contracts';
import type { SubscribersRepository } from '@multiwa/db';
import { type Logger, poller, type Running } from '@multiwa/runtime';
import { writeUsersFile } from './users-file.js';

export interface KeepSubscribersDeps {
  subscribers: Pick<SubscribersRepository, 'active'>;
  bus: Pick<Bus, 'ensureSubscriber'>;
  /** That the server of NATS includes. */
  file: string;
  logger: Logger;
}

export interface KeptSubscribers extends Running {
  /** Brings the server's users and consumers in line with the rows now. */
  apply(): Promise<void>;
}

/**
 * Level-triggered: the rows say who may log in, whichever gateway changed them, and whatever crashed on the way to the server.
 * A consumer that the server lost is made again.
 */
export function keepSubscribers({ subscribers, bus, file, logger }: KeepSubscribersDeps): KeptSubscribers {
  let applying: Promise<void> = Promise.resolve();
  const applyOnce = async (): Promise<void> => {
    const rows = await subscribers.active();
    for (const row of rows) await bus.ensureSubscriber(row);
    if (await writeUsersFile(file, rows)) logger.info({ subscribers: rows.length }, 'The users of NATS were written');
  };
  const apply = (): Promise<void> => {
    applying = applying.catch(() => undefined).then(applyOnce);
    return applying;
  };
  const rounds = poller(timing.subscribers.pollEveryMs, apply, { name: 'subscribers', logger });
  return { apply, stop: () => rounds.stop() };
}
