import { type EventEnvelope, timing } from '@multiwa/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { webhookWants } from '../src/webhook-filter.js';
import { judgeWebhookAnswer, webhookRetryDelayMs } from '../src/webhook-retry.js';
import { isWebhookSecret, newWebhookSecret, signWebhook } from '../src/webhook-signature.js';

describe('retries', () => {
  test('stay within a fifth of the schedule, end after it, and take about three days in all', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (random) => {
        for (const [index, baseMs] of timing.webhookRetryMs.entries()) {
          const waitMs = webhookRetryDelayMs(index + 1, () => random) ?? 0;
          expect(Math.abs(waitMs - baseMs)).toBeLessThanOrEqual(baseMs * 0.2 + 1);
        }
      }),
    );
    expect(webhookRetryDelayMs(timing.webhookRetryMs.length + 1)).toBeNull();
    const days = timing.webhookRetryMs.reduce((sum, ms) => sum + ms, 0) / 86_400_000;
    expect(days).toBeGreaterThan(2.5);
    expect(days).toBeLessThan(3.5);
  });

  test.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [301, 'failed'],
    [307, 'failed'],
    [400, 'failed'],
    [410, 'gone'],
    [500, 'failed'],
    [null, 'failed'],
  ])('an answer of %s means %s', (status, verdict) => {
    expect(judgeWebhookAnswer(status)).toBe(verdict);
  });
});

describe('secrets and signatures', () => {
  test.each([
    [newWebhookSecret(), true],
    [`whsec_${Buffer.alloc(24, 1).toString('base64')}`, true],
    [`whsec_${Buffer.alloc(23, 1).toString('base64')}`, false],
    [`whsec_${Buffer.alloc(65, 1).toString('base64')}`, false],
    [Buffer.alloc(32, 1).toString('base64'), false],
    ['whsec_not base64 at all, whatever it may look like', false],
    ['whsec_', false],
  ])('%s is a secret: %s', (secret, valid) => {
    expect(isWebhookSecret(secret)).toBe(valid);
  });

  test('the example of the specification has the signature that it gives', () => {
    const headers = signWebhook(
      { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', sentAt: new Date(1_614_265_330_000), body: '{"test": 2432232314}' },
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});

describe('the filter of an endpoint', () => {
  const createdAt = new Date('2026-06-01T00:00:00Z');
  const all = { id: 'e', workspaceId: 'w', profileId: null, eventTypes: [], createdAt };
  const event = (change: Partial<EventEnvelope>): EventEnvelope => ({
    id: 'x',
    type: 'message.sent',
    version: 1,
    timestamp: '2026-06-01T00:00:01.000Z',
    workspaceId: 'w',
    profileId: 'p',
    sequence: 1,
    data: {},
    ...change,
  });

  test.each([
    ['everything of its workspace', all, {}, true],
    ['nothing of another workspace', all, { workspaceId: 'v' }, false],
    ['its profile', { ...all, profileId: 'p' }, {}, true],
    ['no other profile', { ...all, profileId: 'q' }, {}, false],
    ['no workspace event when it is for a profile', { ...all, profileId: 'p' }, { profileId: null }, false],
    ['a chosen type', { ...all, eventTypes: ['message.sent'] }, {}, true],
    ['no type that was not chosen', { ...all, eventTypes: ['message.read'] }, {}, false],
    ['nothing from before it was made', all, { timestamp: '2026-05-31T23:59:59.000Z' }, false],
    [
      'a test of its own',
      { ...all, eventTypes: ['message.read'] },
      { type: 'webhook.test', data: { endpointId: 'e' } },
      true,
    ],
    ['no test of another one', all, { type: 'webhook.test', data: { endpointId: 'f' } }, false],
  ] as const)('takes %s', (_name, endpoint, change, wanted) => {
    expect(webhookWants(endpoint, event(change))).toBe(wanted);
  });
});
