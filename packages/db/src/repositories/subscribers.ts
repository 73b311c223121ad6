import type { Database } from '../client.js';
import type { Subscriber } from '../generated/client.js';
import { behind, newestFirst, type PageRequest } from './page.js';

export type NewSubscriber = Omit<Subscriber, 'createdAt' | 'revokedAt'>;

/** Readers of NATS, as customers make and revoke them. */
export function subscribersRepository({ prisma }: Database) {
  return {
    /** Repeating it with the same id replaces the password of the row that is there. */
    create(subscriber: NewSubscriber): Promise<Subscriber> {
      const { id, passwordHash } = subscriber;
      return prisma.subscriber.upsert({ where: { id }, create: subscriber, update: { passwordHash } });
    },

    find: (workspaceId: string, id: string) =>
      prisma.subscriber.findUnique({ where: { id, workspaceId, revokedAt: null } }),

    list(workspaceId: string, { take, after }: PageRequest) {
      const where = { workspaceId, revokedAt: null, ...behind(after) };
      return prisma.subscriber.findMany({ where, orderBy: newestFirst, take });
    },

    async changePassword(workspaceId: string, id: string, passwordHash: string): Promise<Subscriber | null> {
      const where = { id, workspaceId, revokedAt: null };
      const [row] = await prisma.subscriber.updateManyAndReturn({ where, data: { passwordHash } });
      return row ?? null;
    },

    async revoke(workspaceId: string, id: string): Promise<boolean> {
      const where = { id, workspaceId, revokedAt: null };
      return (await prisma.subscriber.updateMany({ where, data: { revokedAt: new Date() } })).count > 0;
    },

    /** Those of all workspaces that may log in. */
    active: () => prisma.subscriber.findMany({ where: { revokedAt: null }, orderBy: { id: 'asc' } }),
  };
}
export type SubscribersRepository = ReturnType<typeof subscribersRepository>;
