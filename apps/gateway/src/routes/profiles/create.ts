import { createProfileSchema, profileSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Profiles } from '../../use-cases/profiles.js';
import type { App } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'Create a profile',
  description: 'A profile is one WhatsApp number. It starts DISCONNECTED: connect it, then link it by QR or code.',
  body: createProfileSchema,
  answers: { 201: profileSchema },
  problems: ['account_not_found', 'network_unavailable', 'not_supported_by_engine'],
  idempotent: true,
});

export function createProfileRoute(app: App, profiles: Profiles): void {
  const config = { scope: 'profiles:write', idempotent: 'plain' } as const;
  app.post('/profiles', { schema, config }, async (request, reply) => {
    const profile = await profiles.create(callerOf(request), request.body, request.resourceId ?? undefined);
    return reply.code(201).send(profile);
  });
}
