import { openDatabase, undoForgetSession } from '@multiwa/db';
import { baseEnv, readEnv } from '@multiwa/runtime';
import { z } from 'zod';

// An operator's undo of a logout that was none: see decision 0010. node dist/undo-logout.js <profile id>
const [profileId] = process.argv.slice(2);
if (profileId === undefined) {
  process.stderr.write('Name the profile whose logout is to be undone.\n');
  process.exit(2);
}
const { DATABASE_URL: url } = readEnv(z.object({ DATABASE_URL: baseEnv.DATABASE_URL }));
const database = openDatabase({ url, applicationName: 'multiwa-undo-logout' });
try {
  const isUndone = await undoForgetSession(database.pool, profileId);
  process.stdout.write(
    isUndone
      ? 'The credentials are back: connect the profile.\n'
      : 'Nothing is left to bring back: the logout is more than seven days old, or the profile was to be linked anew since.\n',
  );
  process.exitCode = isUndone ? 0 : 1;
} finally {
  await database.close();
}
