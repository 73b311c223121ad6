import type { z } from 'zod';

/**
 * An enum or a union that gets more members without a new version: subscribers pass over a member that they do not know.
 * Everything else of a released event only ever gets fields added; `test/released-events.test.ts` compares.
 */
export function growing<T extends z.ZodType>(schema: T): T {
  const { id: _component, ...meta } = schema.meta() ?? {};
  return schema.meta({ ...meta, 'x-extensible': true });
}
