import assert from 'node:assert/strict';

/** Holds of everything named in `expected`, at any depth; lists are compared in full. */
export function partly(actual: unknown, expected: object): void {
  if (typeof actual !== 'object' || actual === null) assert.fail(`expected ${JSON.stringify(expected)}`);
  for (const [name, value] of Object.entries(expected) as [string, unknown][]) {
    const found: unknown = (actual as Record<string, unknown>)[name];
    if (typeof value === 'object' && value !== null) partly(found, value);
    else assert.deepEqual(found, value, name);
  }
}
