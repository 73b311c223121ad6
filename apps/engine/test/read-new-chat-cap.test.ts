import { expect, test } from 'vitest';
import { readNewChatCap } from '../src/engines/baileys/read-new-chat-cap.js';

const capped = { capping_status: 'CAPPED' };
const end = Date.parse('2026-12-01T00:00:00.000Z') / 1_000;

test.each([
  ['no answer', null],
  ['an answer that is none', 'CAPPED'],
  ['none', { capping_status: 'NONE', total_quota: 30, used_quota: 12 }],
  ['warnings', { capping_status: 'SECOND_WARNING', total_quota: 30, used_quota: 29 }],
  ['a status of later', { capping_status: 'SOMETHING_NEW' }],
])('more chats may be begun: %s', (_, answer) => {
  expect(readNewChatCap(answer)).toBeNull();
});

test.each([
  ['that alone', capped, { until: null, quota: null }],
  [
    'numbers',
    { ...capped, total_quota: 30, used_quota: 31, cycle_end_timestamp: end },
    { until: '2026-12-01T00:00:00.000Z', quota: { used: 31, total: 30 } },
  ],
  [
    'numbers as text',
    { ...capped, total_quota: '30', used_quota: '30', cycle_end_timestamp: String(end) },
    { until: '2026-12-01T00:00:00.000Z', quota: { used: 30, total: 30 } },
  ],
  [
    'what cannot be read',
    { ...capped, total_quota: 'many', used_quota: {}, cycle_end_timestamp: '' },
    { until: null, quota: null },
  ],
  ['half of the quota', { ...capped, used_quota: 30, cycle_end_timestamp: '0' }, { until: null, quota: null }],
])('no more chats may be begun: %s', (_, answer, expected) => {
  expect(readNewChatCap(answer)).toEqual({ kind: 'new_chat_cap', ...expected });
});
