export { allItems, createClient, type MultiwaClient } from './client.js';
export { MultiwaConnectionError, MultiwaError } from './errors.js';
export type { EventQuery, EventStream, ReadEvent } from './event-stream.js';
export type { ClientOptions } from './request.js';
export { type Continuity, SequenceWatch } from './sequence-watch.js';
export type * from './types.js';
