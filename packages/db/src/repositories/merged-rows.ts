import type { PrismaClient } from '../generated/client.js';
import type { ProfileScope } from './messages.js';

/** Does to the row that stayed what was asked of one that went into it; null when the id never led anywhere. */
export async function followMerge<T>(
  prisma: PrismaClient,
  { profileId }: ProfileScope,
  id: string,
  work: (intoId: string) => Promise<T | null>,
): Promise<T | null> {
  const merged = await prisma.mergedRow.findUnique({ where: { id, profileId }, select: { intoId: true } });
  return merged ? work(merged.intoId) : null;
}
