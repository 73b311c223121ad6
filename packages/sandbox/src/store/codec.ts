/** JSON with bytes: a Buffer becomes `{"$b":"<base64>"}` and comes back as a Buffer. */
export function encodeJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Uint8Array) return { $b: Buffer.from(item).toString('base64') };
    // JSON.stringify has already called Buffer's own toJSON when it asks.
    if (isSerialisedBuffer(item)) return { $b: Buffer.from(item.data).toString('base64') };
    return item;
  });
}

/** Reads what `encodeJson` wrote. */
export function decodeJson(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item === 'object' && item !== null && '$b' in item && typeof item.$b === 'string') {
      return Buffer.from(item.$b, 'base64');
    }
    return item;
  });
}

function isSerialisedBuffer(item: unknown): item is { type: 'Buffer'; data: number[] } {
  return (
    typeof item === 'object' &&
    item !== null &&
    'type' in item &&
    item.type === 'Buffer' &&
    'data' in item &&
    Array.isArray(item.data)
  );
}
