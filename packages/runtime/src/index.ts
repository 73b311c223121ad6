export { type BackoffOptions, backoff } from './backoff.js';
export { makeBatcher } from './batcher.js';
export { type Cipher, createCipher, newEncryptionKey, type Sealed, UnreadableError } from './cipher.js';
export {
  type CrashAt,
  type CrashPoint,
  channelCrashPoints,
  crashAtSchema,
  crashing,
  crashPoints,
  historyCrashPoints,
  type PassPoint,
  passOn,
} from './crash-points.js';
export { type ConnectTo, dispatcherOver, type FetchDispatcher, trusting } from './fetch-dispatcher.js';
export { guardHost, type Resolve } from './guarded-address.js';
export { type GuardedDownload, type GuardedDownloadRequest, makeGuardedDownload } from './guarded-download.js';
export {
  checkUrl,
  type GuardedFetch,
  type GuardedRequest,
  type GuardedResponse,
  guardedFetch,
  makeGuardedFetch,
} from './guarded-fetch.js';
export { GuardedFetchError, type GuardedFetchErrorCode } from './guarded-fetch-error.js';
export { readKeyFile, writeKeyFile } from './key-file.js';
export { encryptionKeyEnv, KEY_FILE_LOOK_MS, type Keyring, openKeyring } from './keyring.js';
export { createLogger, type Logger } from './logger.js';
export { createMetrics, type Metrics } from './metrics.js';
export { type OpsOptions, type OpsServer, opsRoutes, startOpsServer } from './ops-server.js';
export { openPassphraseFile, PassphraseFileError, sealPassphraseFile } from './passphrase-file.js';
export { type Poller, type PollerOptions, poller } from './poller.js';
export { baseEnv, EnvError, readEnv } from './read-env.js';
export { type Running, type ServiceOptions, startService } from './service.js';
export {
  activeSpan,
  inSpan,
  type Span,
  type SpanAttributes,
  type SpanOptions,
  startSpan,
  traced,
} from './tracing/span.js';
export { startTracing, type Tracing } from './tracing/start-tracing.js';
