import { pairingCodeRequestSchema, pairingCodeSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Linking } from '../../use-cases/linking.js';
import { type App, profileParams } from '../route-types.js';

const schema = describe({
  tag: 'Profiles',
  summary: 'Link a profile by a code',
  description: 'Eight characters to type on the phone, in WhatsApp under Linked devices. Connect the profile first.',
  params: profileParams,
  body: pairingCodeRequestSchema,
  answers: { 200: pairingCodeSchema },
  problems: ['profile_not_found', 'profile_not_connected', 'profile_already_linked', 'ask_timeout'],
});

export function pairingCodeRoute(app: App, linking: Linking): void {
  app.post('/profiles/:profileId/pairing-code', { schema, config: { scope: 'profiles:write' } }, (request) =>
    linking.pairingCode(callerOf(request), request.params.profileId, request.body),
  );
}
