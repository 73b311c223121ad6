import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@multiwa/bus';
import { CodedError, type createSubscriberSchema, eventsStream, subscriberName, timing } from '@multiwa/contracts';
import type { Subscriber, SubscribersRepository } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import { hash } from 'bcryptjs';
import type { z } from 'zod';
import type { Caller } from '../auth/authenticate.js';
import { viewSubscriber, viewSubscriberAccess } from '../views/subscribers.js';
import type { KnownProfiles } from './known-profile.js';
import { type PageQuery, readPage } from './page.js';

export interface SubscribersDeps {
  subscribers: SubscribersRepository;
  knownProfiles: KnownProfiles;
  bus: Pick<Bus, 'acceptsLogin' | 'removeSubscriber'>;
  /** Brings the server in line with the rows; undefined where its users are not ours to keep. */
  apply: (() => Promise<void>) | undefined;
  /** Addresses of NATS, as subscribers reach it. */
  servers: string[];
}

/** Passwords carry 256 random bits, so a slow hash would add nothing. */
const hashRounds = 6;
const { loginWaitMs, loginEveryMs } = timing.subscribers;

export function makeSubscribers({ subscribers, knownProfiles, bus, apply, servers }: SubscribersDeps) {
  const found = (row: Subscriber | null): Subscriber => {
    if (!row) throw new CodedError('subscriber_not_found');
    return row;
  };

  const newPassword = async () => {
    const password = `mwn_${randomBytes(32).toString('base64url')}`;
    return { password, passwordHash: await hash(password, hashRounds) };
  };

  const requireKept = (): (() => Promise<void>) => {
    if (!apply) throw new CodedError('subscribers_unavailable');
    return apply;
  };

  /** Whoever gets a password can use it at once: the server reads its users a moment after they were written. */
  const grant = async (row: Subscriber, password: string) => {
    await requireKept()();
    const deadline = performance.now() + loginWaitMs;
    while (!(await bus.acceptsLogin(subscriberName(row), password))) {
      if (performance.now() > deadline) {
        throw new CodedError('service_unavailable', { detail: 'NATS does not know the new user yet: try again.' });
      }
      await sleep(loginEveryMs);
    }
    return { ...viewSubscriber(row), ...viewSubscriberAccess(row), password, servers, stream: eventsStream.name };
  };

  return {
    async create({ workspaceId }: Caller, input: z.output<typeof createSubscriberSchema>, id = newId()) {
      requireKept();
      const { name, profileId, filter, from } = input;
      if (profileId !== null) await knownProfiles.require({ workspaceId, profileId });
      const { password, passwordHash } = await newPassword();
      const fromOldest = from === 'OLDEST';
      const row = await subscribers.create({ id, workspaceId, profileId, name, filter, fromOldest, passwordHash });
      return grant(row, password);
    },

    list({ workspaceId }: Caller, query: PageQuery) {
      return readPage('subscribers', query, (page) => subscribers.list(workspaceId, page), viewSubscriber);
    },

    async get({ workspaceId }: Caller, id: string) {
      return viewSubscriber(found(await subscribers.find(workspaceId, id)));
    },

    /** A new password; the old one ends, and connections that came in with it are closed. */
    async rotatePassword({ workspaceId }: Caller, id: string) {
      found(await subscribers.find(workspaceId, id));
      requireKept();
      const { password, passwordHash } = await newPassword();
      return grant(found(await subscribers.changePassword(workspaceId, id, passwordHash)), password);
    },

    /** Closes its connections, and forgets how far it has read. */
    async revoke({ workspaceId }: Caller, id: string): Promise<void> {
      if (!(await subscribers.revoke(workspaceId, id))) throw new CodedError('subscriber_not_found');
      await apply?.();
      await bus.removeSubscriber(id);
    },
  };
}
export type Subscribers = ReturnType<typeof makeSubscribers>;
