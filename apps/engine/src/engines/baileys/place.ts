import type { ArrivalOf } from '../engine.js';

/** Where and from whom something arrived. */
export type Place = Omit<ArrivalOf<'message-received'>['payload'], 'type' | 'content'>;
