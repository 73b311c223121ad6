import { createFirstWorkspace, type Database } from '@multiwa/db';
import { hashApiKey, newApiKey, newId, shownPrefix } from '@multiwa/domain';

export type BootstrapResult = { created: true; apiKey: string } | { created: false };

/** Makes organization, workspace, owner and an admin key on the first start; any number may run at once. */
export async function bootstrap(database: Database, givenKey?: string): Promise<BootstrapResult> {
  const apiKey = givenKey ?? newApiKey();
  const created = await createFirstWorkspace(database, {
    organizationId: newId(),
    workspaceId: newId(),
    userId: newId(),
    apiKey: { id: newId(), prefix: shownPrefix(apiKey), hash: hashApiKey(apiKey), scopes: ['admin'] },
  });
  return created ? { created, apiKey } : { created };
}
