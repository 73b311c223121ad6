import { asyncApi } from '@multiwa/contracts';
import type { App } from './route-types.js';

/** The events for subscribers of NATS, as an AsyncAPI 3 document beside the OpenAPI one. */
export function asyncApiPage(app: App): void {
  const document = asyncApi();
  app.get('/docs/asyncapi', { schema: { hide: true } }, () => document);
}
