import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { type SubscriberAccess, subscriberName, subscriberPermissions } from '@multiwa/contracts';
import type { Subscriber } from '@multiwa/db';

/** The password of our own services stands in the server's environment, not in the file. */
const services = '  { user: "services", password: $NATS_SERVICES_PASSWORD }';

/** What the server's configuration includes (docs.nats.io, "Authorization"): our services, and each subscriber with its walls. */
export function usersFile(subscribers: readonly Subscriber[]): string {
  return ['users = [', services, ...subscribers.map(userOf), ']', ''].join('\n');
}

function userOf({ passwordHash, ...subscriber }: SubscriberAccess & { passwordHash: string }): string {
  const { publish, subscribe } = subscriberPermissions(subscriber);
  const user = JSON.stringify(subscriberName(subscriber));
  const allow = (list: string[]) => `{ allow: ${JSON.stringify(list)} }`;
  return `  { user: ${user}, password: ${JSON.stringify(passwordHash)}, permissions: { publish: ${allow(publish)}, subscribe: ${allow(subscribe)} } }`;
}

/** Writes the file when it says something else; whoever runs the server sees that and reloads it. @returns whether it did */
export async function writeUsersFile(file: string, subscribers: readonly Subscriber[]): Promise<boolean> {
  const wanted = usersFile(subscribers);
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present === wanted) return false;
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(temporary, wanted, { mode: 0o600 });
  await rename(temporary, file);
  return true;
}
