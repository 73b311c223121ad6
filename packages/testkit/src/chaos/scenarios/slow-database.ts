import type { Scenario } from '../scenario.js';

const STATEMENT_DELAY_MS = 200;
/** It is slow from the first share of the texts until this one. */
const UNTIL_SHARE = 0.8;

export const slowDatabase: Scenario = {
  name: 'slow-database',
  about: `every statement takes ${STATEMENT_DELAY_MS} ms longer; p50Ms and p99Ms: of the texts, from sent to arrived`,
  defaults: { profiles: 50, messages: 600, perSecond: 10, workers: 2 },
  wants: { slowLink: true },
  async disturb({ database, say }, traffic) {
    if (!database) throw new Error('slow-database needs a world with a slow link');
    database.delayMs = STATEMENT_DELAY_MS;
    say(`every statement takes ${STATEMENT_DELAY_MS} ms longer`);
    try {
      await traffic.untilShare(UNTIL_SHARE);
    } finally {
      database.delayMs = 0;
    }
    say('PostgreSQL is as fast as before');
    return { figures: { statementDelayMs: STATEMENT_DELAY_MS } };
  },
};
