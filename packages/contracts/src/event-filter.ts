import { z } from 'zod';
import { eventTypes } from './bus/events.js';

const pattern = /^(\*|[a-z]+(\.[a-z-]+)*(\.\*)?)$/;

/** Whether a filter takes events of this type: it names the type, or it is `*`, or a beginning of it such as `message.*`. */
export function filterTakes(filter: string, type: string): boolean {
  if (filter === '*' || filter === type) return true;
  return filter.endsWith('.*') && type.startsWith(filter.slice(0, -1));
}

/** Whether any of the filters takes the type. No filter at all takes everything. */
export function filtersTake(filters: readonly string[], type: string): boolean {
  return filters.length === 0 || filters.some((filter) => filterTakes(filter, type));
}

/** One filter of event types, which must take at least one type of the catalog. */
export const eventFilterSchema = z
  .string()
  .max(60)
  .refine(
    (filter) => pattern.test(filter) && eventTypes.some((type) => filterTakes(filter, type)),
    'must be a type of the catalog, or a beginning of some followed by .*',
  );

/** A list of filters in a query: `types=message.*,profile.status`. */
export const eventFilterListSchema = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(eventFilterSchema).min(1).max(50))
  .describe('Which events, separated by commas; message.* takes all whose type begins so. All without it.');
