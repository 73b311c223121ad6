import { EventLog } from '../event-log.js';
import { automation } from './automation.js';
import { broadcast } from './broadcast.js';
import { converse } from './conversation.js';
import { findTarget, type Target, usage } from './target.js';
import { note, type SummaryRow, seen, showSummary, title } from './terminal.js';
import { receiveWebhooks, type Webhooks } from './webhooks.js';

/** @returns the exit code: 0 only when every step was seen. */
async function demo(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.info(usage);
    return 0;
  }
  title('MultiWA: a conversation, a broadcast, a flow and webhooks, through the whole product');
  const startedAt = performance.now();
  let target: Target;
  let webhooks: Webhooks | undefined;
  try {
    target = await findTarget(args, process.env);
    seen(`${target.own ? 'a gateway of its own' : 'the gateway'} at ${target.url}`, performance.now() - startedAt);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  process.once('SIGINT', () => void target.stop().finally(() => process.exit(130)));
  try {
    const log = await EventLog.open(target.client);
    const summary: SummaryRow[] = [];
    const talkedAt = performance.now();
    const conversation = await converse(target, log);
    const result = 'a number linked, a text each way, one of them read';
    summary.push({ part: 'Conversation', result, ms: performance.now() - talkedAt });
    webhooks = await receiveWebhooks(target, log, conversation);
    summary.push(await broadcast(target, log, conversation));
    summary.push(await automation(target, log, conversation));
    summary.push(await webhooks.finish());
    await log.close();
    const witnesses = summary.some(({ isSkipped }) => isSkipped) ? 'and the phones' : 'the phones and the receiver';
    title(`Every step was seen through the API, the event stream, ${witnesses}.`);
    showSummary(summary);
    if (!target.own) note('The profile "Demo" stays: look at it through the API, or delete it.');
    return 0;
  } catch (error) {
    console.error(error);
    console.error(target.logs());
    return 1;
  } finally {
    await webhooks?.stop();
    await target.stop();
  }
}

process.exit(await demo(process.argv.slice(2)));
