import {
  type EngineWorkerView,
  type engineWorkersSchema,
  type HistoryView,
  healthReasons,
  type proxyTestSchema,
  type SessionView,
  type testProxySchema,
} from '@multiwa/contracts';
import type { z } from 'zod';

const id = { worker: 'cmh3k2v1x000cqzrm2c3de4fg', profile: 'cmh3k2v1x0000qzrm5t9ab3de' };
const at = '2026-11-23T05:00:00.000Z';
const later = '2026-11-23T05:31:07.412Z';

const worker: EngineWorkerView = {
  id: id.worker,
  network: 'LIVE',
  host: 'engine-2',
  pid: 41,
  version: '2.3000.1029030078',
  state: 'LIVE',
  drainRequested: false,
  admitting: true,
  capacity: 1000,
  sessions: 412,
  rssMb: 388,
  startedAt: at,
  seenAt: later,
};

const workers: z.output<typeof engineWorkersSchema> = { items: [worker] };

const session: SessionView = {
  profileId: id.profile,
  network: 'LIVE',
  status: 'CONNECTED',
  health: 'RESTRICTED',
  healthReason: 'reachout_timelock',
  healthSentence: healthReasons.reachout_timelock,
  restriction: { kind: 'reachout_timelock', until: '2026-11-24T05:00:00.000Z', enforcementType: 'DEFAULT' },
  owner: { workerId: id.worker, host: 'engine-2', generation: 7, claimedAt: at },
  queueDepth: 3,
  oldestQueuedAt: later,
  live: {
    workerId: id.worker,
    generation: 7,
    status: 'CONNECTED',
    ownedSince: at,
    openSince: at,
    reconnects: 1,
    recycles: 0,
    lastInboundAt: later,
    lastOutboundAt: later,
    commandsInHand: 1,
    memoryKb: 640,
  },
};

const history: HistoryView = {
  state: 'RUNNING',
  mode: 'RECENT',
  phase: 'RECENT',
  progress: 60,
  messages: 1_840,
  chats: 37,
  contacts: 29,
  failedChunks: 0,
  startedAt: at,
  updatedAt: later,
  completedAt: null,
};

const testProxy: z.input<typeof testProxySchema> = { url: 'socks5://user:secret@proxy.example.com:1080' };
const proxyTest: z.output<typeof proxyTestSchema> = { ok: true, ms: 184, problem: null };

/** Examples of what the calls about workers, sessions and proxies take and answer. */
export const engineExamples: Readonly<Record<string, unknown>> = {
  EngineWorker: worker,
  EngineWorkers: workers,
  Session: session,
  ProfileHistory: history,
  TestProxy: testProxy,
  ProxyTest: proxyTest,
};
