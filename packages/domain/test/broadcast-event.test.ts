import { broadcastFrozenSchema } from '@multiwa/contracts';
import { expect, test } from 'vitest';
import { broadcastEvent } from '../src/broadcast-event.js';
import { newId } from '../src/ids.js';

const broadcast = { id: newId(), workspaceId: newId(), profileId: newId() };
const until = '2026-11-24T05:00:00.000Z';

test.each([
  ['reachout_timelock', { frozen: { reason: 'reachout_timelock', until } }],
  ['new_chat_cap', { newChatCap: { until } }],
])('a broadcast that %s holds back says so, in the words that were released', (reason, told) => {
  const frozen = broadcastFrozenSchema.parse({ reason, until });
  const { data } = broadcastEvent('broadcast.status', broadcast, 'RUNNING', {}, frozen);
  const { broadcastId, status, counts, ...rest } = data;
  expect([broadcastId, status, counts.PENDING, rest]).toEqual([broadcast.id, 'RUNNING', 0, told]);
});
