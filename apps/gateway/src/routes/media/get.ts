import { mediaObjectSchema } from '@multiwa/contracts';
import { describe } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { MediaUseCase } from '../../use-cases/media.js';
import type { App } from '../route-types.js';
import { mediaParams } from './params.js';

const schema = describe({
  tag: 'Media',
  summary: 'Get what is known of a file',
  description: 'Uploaded or received; with a link that opens it without a key until it expires.',
  params: mediaParams,
  answers: { 200: mediaObjectSchema },
  problems: ['media_not_found'],
});

export function getMediaRoute(app: App, media: MediaUseCase): void {
  app.get('/media/:mediaId', { schema, config: { scope: 'messages:read' } }, (request) =>
    media.get(callerOf(request).workspaceId, request.params.mediaId),
  );
}
