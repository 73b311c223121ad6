import { proxySchema, proxyTestSchema, setProxySchema, testProxySchema } from '@multiwa/contracts';
import { z } from 'zod';
import { describe, noContent } from '../../http/describe.js';
import { callerOf } from '../../http/request-context.js';
import type { Proxies } from '../../use-cases/proxies.js';
import { type App, profileParams } from '../route-types.js';

const getSchema = describe({
  tag: 'Profiles',
  summary: 'Get the proxy of a profile',
  description: 'Without its password, which is never shown.',
  params: profileParams,
  answers: { 200: proxySchema },
  problems: ['profile_not_found', 'proxy_not_set'],
});
const setSchema = describe({
  tag: 'Profiles',
  summary: 'Set the proxy of a profile',
  description:
    'The session goes out through it: an open one is opened anew. It has to be at a public address, unless the operator allows private ones. Test it first.',
  params: profileParams,
  body: setProxySchema,
  answers: { 200: proxySchema },
  problems: ['profile_not_found', 'url_not_allowed'],
});
const clearSchema = describe({
  tag: 'Profiles',
  summary: 'Remove the proxy of a profile',
  description: 'The session goes out directly again. Removing what is not set changes nothing.',
  params: profileParams,
  answers: { 204: noContent },
  problems: ['profile_not_found'],
});

const testSchema = describe({
  tag: 'Profiles',
  summary: 'Test a proxy',
  description:
    'Reaches WhatsApp’s host through it, from where the engines run, and says why not when it cannot. Without a url the stored proxy is tested; a given one is not stored.',
  params: profileParams,
  // Fastify gives null for no body, which means: the stored one.
  body: z.preprocess((body) => body ?? {}, testProxySchema),
  answers: { 200: proxyTestSchema },
  problems: ['profile_not_found', 'proxy_not_set', 'url_not_allowed', 'ask_timeout'],
});

/** One resource: what is set, read, tested and removed. */
export function proxyRoutes(app: App, proxies: Proxies): void {
  const url = '/profiles/:profileId/proxy';
  const write = { scope: 'profiles:write' } as const;
  app.get(url, { schema: getSchema, config: { scope: 'profiles:read' } }, (request) =>
    proxies.get(callerOf(request), request.params.profileId),
  );
  app.put(url, { schema: setSchema, config: write }, (request) =>
    proxies.set(callerOf(request), request.params.profileId, request.body),
  );
  app.post(`${url}/test`, { schema: testSchema, config: write }, (request) =>
    proxies.test(callerOf(request), request.params.profileId, request.body),
  );
  app.delete(url, { schema: clearSchema, config: write }, async (request, reply) => {
    await proxies.clear(callerOf(request), request.params.profileId);
    return reply.code(204).send();
  });
}
