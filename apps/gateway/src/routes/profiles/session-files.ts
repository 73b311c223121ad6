import { exportSessionSchema, importedSessionSchema, importSessionSchema } from '@multiwa/contracts';
import type { onRequestHookHandler } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { binary, describe, noContent } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import { limits } from '../../limits.js';
import { makeSessionFileSlots, type SessionFiles } from '../../use-cases/session-files.js';
import { type App, profileParams } from '../route-types.js';

const fileType = 'application/octet-stream';
/** A file takes about a second. */
const RETRY_AFTER_S = 2;
const config = { scope: 'profiles:write' } as const;

const exportSchema = describe({
  tag: 'Profiles',
  summary: 'Export a session',
  description:
    'One file with the credentials and all Signal keys of a profile, encrypted under your passphrase. Disconnect the profile first. After the import elsewhere the session must not be opened here again: `release` sees to that.',
  params: profileParams,
  body: exportSessionSchema,
  answers: { 200: { description: 'The file.', content: { [fileType]: { schema: binary } } } },
  problems: ['profile_not_found', 'session_not_found', 'session_in_use', 'rate_limited'],
});

const importSchema = describe({
  tag: 'Profiles',
  summary: 'Import a session',
  description: `Gives a profile that is not linked the session of an exported file or of a Baileys multi-file folder; then connect it, without a QR code. Close the session where it came from first, and never open it there again. At most ${limits.sessionFileBytes} bytes.`,
  params: profileParams,
  body: importSessionSchema,
  answers: { 201: importedSessionSchema },
  problems: ['profile_not_found', 'profile_already_linked', 'session_in_use', 'session_file_invalid', 'rate_limited'],
});

const restoreSchema = describe({
  tag: 'Profiles',
  summary: 'Bring a session back',
  description: 'Undoes a release or a logout within seven days, while no other number was linked or imported since.',
  params: profileParams,
  answers: { 204: noContent },
  problems: ['profile_not_found', 'profile_already_linked', 'session_not_found', 'session_in_use'],
});

/** Export, import and undo of a session. Files are large: they have a limit of their own, and few go at the same time. */
export function sessionFileRoutes(app: App, sessions: SessionFiles): void {
  const slots = makeSessionFileSlots();
  const bounded: onRequestHookHandler = async (_request, reply) => {
    reply.header('retry-after', RETRY_AFTER_S);
    const giveBack = slots.take();
    reply.removeHeader('retry-after').raw.once('finish', giveBack).once('close', giveBack);
  };
  app.register(async (instance) => {
    const scope = instance.withTypeProvider<ZodTypeProvider>();
    scope.post(
      '/profiles/:profileId/session/export',
      { schema: exportSchema, config, onRequest: bounded },
      async (request, reply) => {
        const { profileId } = request.params;
        const file = await sessions.export(callerOf(request), profileId, request.body);
        return reply
          .header('cache-control', 'no-store')
          .header('content-disposition', `attachment; filename="${profileId}.multiwa-session"`)
          .type(fileType)
          .send(file);
      },
    );
    scope.post(
      '/profiles/:profileId/session/import',
      { schema: importSchema, config, onRequest: bounded, bodyLimit: limits.sessionFileBytes },
      async (request, reply) =>
        reply.code(201).send(await sessions.import(callerOf(request), request.params.profileId, request.body)),
    );
    scope.post('/profiles/:profileId/session/restore', { schema: restoreSchema, config }, async (request, reply) => {
      await sessions.restore(callerOf(request), request.params.profileId);
      return reply.code(204).send(undefined);
    });
  });
}
