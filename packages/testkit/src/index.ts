export { type BareFolder, linkBareFolder } from './bare-folder/bare-folder.js';
export { expireApiKey, foreignKey, foreignProfile, type Holder, sessionHolders } from './behind-the-api.js';
export { type LargeFileReport, sendLargeFile } from './bench/media.js';
export {
  findScenario,
  openWorld,
  runScenario,
  type Settings,
  settingsFor,
  type World,
  type WorldOptions,
} from './chaos/index.js';
export { createTestDatabase, type TestDatabase } from './database.js';
export { EventLog, type SeenEvent } from './event-log.js';
export { type LinkedProfile, linkProfile, untilConnected } from './link-profile.js';
export type { RunningServices } from './product/running-services.js';
export { type Product, type ProductOptions, type ServiceName, startProduct } from './product/start-product.js';
export { type CollectedSpan, startTraceCollector, type TraceCollector } from './trace-collector.js';
export { type WaitOptions, waitFor } from './wait-for.js';
export {
  type ReceivedWebhook,
  startWebhookReceiver,
  type WebhookReceiver,
  type WebhookReceiverOptions,
} from './webhook-receiver.js';
