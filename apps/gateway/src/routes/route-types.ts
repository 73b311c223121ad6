import type { IncomingMessage, ServerResponse } from 'node:http';
import { idSchema, pageQuerySchema } from '@multiwa/contracts';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** A Fastify instance whose handlers have the types of their zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export const profileParams = z.object({ profileId: idSchema });
export const broadcastParams = z.object({ broadcastId: idSchema });

export function profileChild<Name extends string>(name: Name) {
  return profileParams.extend({ [name]: idSchema } as Record<Name, typeof idSchema>);
}

/** Unknown query parameters are refused like unknown fields: a mistyped filter must not list everything. */
export const pageQuery = z.strictObject(pageQuerySchema.shape);
