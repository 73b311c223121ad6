import { type Database, openDatabase } from '@multiwa/db';
import { newId, newWaMessageId } from '@multiwa/domain';
import { afterAll, beforeAll, inject } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../packages/testkit/src/database.js';

/** A migrated database for the tests of one file. */
export function useTestDatabase(): { readonly db: Database; readonly url: string } {
  let made: TestDatabase | undefined;
  let opened: Database | undefined;
  beforeAll(async () => {
    made = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'));
    opened = openDatabase({ url: made.url, applicationName: 'events-test' });
  });
  afterAll(async () => {
    await opened?.close();
    await made?.drop();
  });
  const present = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The test database is open only while tests run.');
    return value;
  };
  return {
    get db() {
      return present(opened);
    },
    get url() {
      return present(made).url;
    },
  };
}

export interface TestProfile {
  workspaceId: string;
  profileId: string;
}

/** A profile in a workspace of its own. */
export async function makeProfile({ prisma }: Database, desiredState: 'CONNECTED' | 'LOGGED_OUT' = 'CONNECTED') {
  const [organizationId, workspaceId, profileId] = [newId(), newId(), newId()];
  await prisma.organization.create({ data: { id: organizationId, name: 'Test' } });
  await prisma.workspace.create({ data: { id: workspaceId, name: 'Test', organizationId } });
  // Asked for a while ago: what the session says now is younger.
  const updatedAt = new Date('2026-01-01T00:00:00Z');
  await prisma.profile.create({
    data: { id: profileId, workspaceId, name: 'Test', network: 'SANDBOX', desiredState, updatedAt },
  });
  return { workspaceId, profileId };
}

/** A message that the API has accepted. */
export async function acceptMessage(
  { prisma }: Database,
  owner: TestProfile,
  { chat = '628111111111@s.whatsapp.net', ...rest }: { chat?: string; status?: 'QUEUED' | 'SCHEDULED' } = {},
) {
  return prisma.message.create({
    data: {
      ...owner,
      id: newId(),
      chat,
      waMessageId: newWaMessageId(),
      fromMe: true,
      type: 'TEXT',
      content: { type: 'TEXT', text: 'Hello' },
      status: rest.status ?? 'QUEUED',
    },
  });
}

export async function eventsOf({ prisma }: Database, { profileId }: TestProfile) {
  return prisma.event.findMany({ where: { profileId }, orderBy: { position: 'asc' } });
}
