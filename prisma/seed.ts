import { openDatabase, type PrismaClient } from '../packages/db/dist/index.js';

const url = process.env.DATABASE_URL;
if (!url) throw new Error('Set DATABASE_URL to the database to fill with the demo workspace.');

const profiles = [
  { id: 'demo-profile-sales', name: 'Sales' },
  { id: 'demo-profile-support', name: 'Support' },
  { id: 'demo-profile-alerts', name: 'Alerts' },
];
const contacts = [
  { phone: '628110000001', name: 'Ayu Lestari', tags: ['customer'] },
  { phone: '628110000002', name: 'Budi Santoso', tags: ['customer', 'vip'] },
  { phone: '628110000003', name: 'Citra Dewi', tags: [] },
];

/**
 * Makes a demo workspace on the sandbox network: nothing is linked, nothing has a key. Its ids are fixed and what exists
 * is left as it is, so running it again changes nothing.
 */
async function seed(prisma: PrismaClient): Promise<void> {
  const organizationId = 'demo-organization';
  const workspaceId = 'demo-workspace';
  const accountId = 'demo-account';
  const userId = 'demo-owner';
  const options = { skipDuplicates: true };
  await prisma.$transaction([
    prisma.organization.createMany({ data: { id: organizationId, name: 'Demo organization' }, ...options }),
    prisma.workspace.createMany({ data: { id: workspaceId, organizationId, name: 'Demo workspace' }, ...options }),
    prisma.user.createMany({ data: { id: userId, email: 'demo-owner@example.com', name: 'Demo owner' }, ...options }),
    prisma.membership.createMany({ data: { userId, workspaceId, role: 'OWNER' }, ...options }),
    prisma.account.createMany({ data: { id: accountId, workspaceId, name: 'Demo client' }, ...options }),
    prisma.profile.createMany({
      data: profiles.map((profile) => ({ ...profile, workspaceId, accountId, network: 'SANDBOX' as const })),
      ...options,
    }),
    prisma.contact.createMany({
      data: profiles.flatMap(({ id: profileId }) => contacts.map((contact) => ({ ...contact, profileId }))),
      ...options,
    }),
  ]);
}

const database = openDatabase({ url, poolSize: 1, applicationName: 'multiwa-seed' });
try {
  await seed(database.prisma);
} finally {
  await database.close();
}
