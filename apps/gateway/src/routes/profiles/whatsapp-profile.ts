import { changeOwnProfileSchema, ownProfileSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { scopeOf } from '../../http/request-context.js';
import type { OwnProfileUseCase } from '../../use-cases/own-profile.js';
import { type App, profileParams } from '../route-types.js';

const common = {
  tag: 'Profiles',
  params: profileParams,
  answers: { 200: ownProfileSchema },
} as const;
const problems = [
  'profile_not_found',
  'profile_not_connected',
  'not_supported_by_engine',
  'whatsapp_rate_limited',
  'refused_by_whatsapp',
  'ask_timeout',
] as const;

const get = describe({
  ...common,
  summary: 'Get what WhatsApp shows of the number',
  description: 'Its name, about text, picture and privacy settings, asked of WhatsApp.',
  problems,
});
const change = describe({
  ...common,
  summary: 'Change what WhatsApp shows of the number',
  description:
    'Only the given fields change, one after the other: an answer that is a problem may leave the first ones changed.',
  body: changeOwnProfileSchema,
  problems: [...problems, 'picture_invalid'],
});

export function whatsAppProfileRoutes(app: App, ownProfile: OwnProfileUseCase): void {
  const path = '/profiles/:profileId/whatsapp-profile';
  app.get(path, { schema: get, config: { scope: 'profiles:read' } }, (request) => ownProfile.get(scopeOf(request)));
  app.patch(path, { schema: change, config: { scope: 'profiles:write' } }, (request) =>
    ownProfile.change(scopeOf(request), request.body),
  );
}
