import { qrSchema } from '@multiwa/contracts';
import { z } from 'zod';
import { binary, describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Linking } from '../../use-cases/linking.js';
import { type App, profileParams } from '../route-types.js';

const formats = { json: 'application/json', svg: 'image/svg+xml', png: 'image/png' } as const;
type Format = keyof typeof formats;

const schema = describe({
  tag: 'Profiles',
  summary: 'Get the QR code to link a profile with',
  description:
    'As JSON, or as an image by Accept (image/svg+xml, image/png) or ?format=. WhatsApp rotates the code: ask again after expiresAt, or follow profile.qr events.',
  params: profileParams,
  querystring: z.strictObject({ format: z.enum(['json', 'svg', 'png']).optional() }),
  answers: {
    200: {
      description: 'The present QR code.',
      content: {
        [formats.json]: { schema: qrSchema },
        [formats.svg]: { schema: binary },
        [formats.png]: { schema: binary },
      },
    },
  },
  problems: ['profile_not_found', 'qr_not_available'],
});

export function qrRoute(app: App, linking: Linking): void {
  app.get('/profiles/:profileId/qr', { schema, config: { scope: 'profiles:read' } }, async (request, reply) => {
    const { profileId } = request.params;
    const format = request.query.format ?? preferred(request.headers.accept);
    reply.header('cache-control', 'no-store').header('vary', 'accept').type(formats[format]);
    if (format === 'json') return linking.qr(callerOf(request), profileId);
    return linking.qrImage(callerOf(request), profileId, format);
  });
}

/** The first of the accepted types that there is; JSON when none is. */
function preferred(accept = ''): Format {
  for (const type of accept.split(',').map((range) => range.split(';')[0]?.trim())) {
    if (type === 'image/*') return 'png';
    for (const format of ['json', 'svg', 'png'] as const) if (formats[format] === type) return format;
  }
  return 'json';
}
