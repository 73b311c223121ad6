import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { CodedError } from '@multiwa/contracts';
import type { IdempotencyRepository, IdempotentRequest } from '@multiwa/db';
import { newId } from '@multiwa/domain';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '../limits.js';
import { validationFailed } from '../validation-failed.js';
import { presentedKey } from './authentication.js';
import { callerOf } from './request-context.js';

export const replayedHeader = 'idempotent-replayed';

/** The Idempotency-Key of a request, if it has one. @throws CodedError `validation_failed` for one that cannot be */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key) && key.length <= limits.idempotencyKeyLength) return key;
  const message = `must have 1 to ${limits.idempotencyKeyLength} visible ASCII characters`;
  throw validationFailed([{ pointer: '#/headers/idempotency-key', code: 'invalid_format', message }]);
}

/** What makes a repetition of a send known: its key, and that it asks for the same. */
export function idempotencyOf(request: FastifyRequest): { key: string; requestHash: string } | undefined {
  const key = idempotencyKeyOf(request);
  return key === undefined ? undefined : { key, requestHash: hashRequest(request) };
}

/** Tells requests apart: same route, same parsed body. */
export function hashRequest(request: FastifyRequest): string {
  const { method, routeOptions, params, body } = request;
  const text = JSON.stringify([method, routeOptions.url, params, body ?? null]);
  return createHash('sha256').update(text).digest('hex');
}

/**
 * For routes with `config.idempotent`: the first answer is kept and given again. A refusal is not kept, so that the key
 * may be used for the corrected request. After a crash in between, a repetition goes ahead with the same resource id.
 */
export function installIdempotency(app: FastifyInstance, records: IdempotencyRepository): void {
  const pending = new WeakMap<FastifyRequest, IdempotentRequest>();

  app.addHook('preHandler', async (request, reply) => {
    const mode = request.routeOptions.config.idempotent;
    const key = mode && idempotencyKeyOf(request);
    if (!key) return;
    const { workspaceId } = callerOf(request);
    const record = { workspaceId, key, requestHash: hashRequest(request) };
    const reservation = await records.reserve(record, newId());
    if (reservation.outcome === 'in_progress') throw new CodedError('idempotency_in_progress');
    if (reservation.outcome === 'reused') throw new CodedError('idempotency_key_reused');
    if (reservation.outcome === 'answered') {
      const body = mode === 'sealed' ? unseal(reservation.body, request, key) : reservation.body;
      return reply.code(reservation.status).header(replayedHeader, 'true').send(body);
    }
    pending.set(request, record);
    request.resourceId = reservation.resourceId;
  });

  app.addHook('onSend', async (request, reply: FastifyReply, payload) => {
    const record = pending.get(request);
    if (!record) return payload;
    pending.delete(request);
    if (reply.statusCode >= 400) await records.release(record);
    else await records.answer(record, reply.statusCode, keptBody(request, record.key, String(payload)));
    return payload;
  });
}

function keptBody(request: FastifyRequest, key: string, payload: string) {
  return request.routeOptions.config.idempotent === 'sealed' ? seal(payload, request, key) : JSON.parse(payload);
}

/**
 * A new API key must not lie in the database, not even in a kept answer: that is encrypted under the caller's own key,
 * of which the database has only a hash.
 */
function seal(payload: string, request: FastifyRequest, key: string): { iv: string; tag: string; text: string } {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(request, key), iv);
  const text = Buffer.concat([cipher.update(payload, 'utf8'), cipher.final()]).toString('base64');
  return { iv: iv.toString('base64'), tag: cipher.getAuthTag().toString('base64'), text };
}

function unseal(body: unknown, request: FastifyRequest, key: string): unknown {
  const { iv, tag, text } = body as ReturnType<typeof seal>;
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(request, key), Buffer.from(iv, 'base64'));
  decipher.setAuthTag(Buffer.from(tag, 'base64'));
  try {
    return JSON.parse(decipher.update(text, 'base64', 'utf8') + decipher.final('utf8'));
  } catch (cause) {
    const detail = 'The Idempotency-Key was used before with another API key; only that one can get the answer again.';
    throw new CodedError('idempotency_key_reused', { detail, cause });
  }
}

function sealingKey(request: FastifyRequest, key: string): Buffer {
  return Buffer.from(hkdfSync('sha256', presentedKey(request) ?? '', key, 'multiwa idempotency', 32));
}
