const replacement = '\ufffd';

/**
 * A copy of a parsed payload that PostgreSQL can keep: it refuses NUL in any text, and halves of surrogate pairs in
 * JSON. A phone can send both; refusing the message over them would lose it.
 */
export function storable<T>(value: T): T;
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map((item) => storable(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), storable(item)]));
}

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function storableText(text: string): string {
  return text.replaceAll('\0', replacement).replace(loneSurrogate, replacement);
}
