import { z } from 'zod';

/** Every id of ours is a cuid: letters and digits only, so that it is also one NATS subject token. */
export const idSchema = z.string().regex(/^c[a-z0-9]{20,31}$/, 'must be an id such as "cmh3k2v1x0000qzrm5t9ab3de"');

export const isoTime = z.iso.datetime({ offset: true }).describe('ISO 8601 time');

/** Opaque position in a list or in the event log; made and read by the gateway only. */
export const cursorSchema = z.string().min(1).max(512).describe('Opaque: pass back what the previous page returned.');
