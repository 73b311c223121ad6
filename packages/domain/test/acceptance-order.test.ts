import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeAcceptanceOrder } from '../src/acceptance-order.js';
import { newId } from '../src/ids.js';

test('rows accepted one after the other sort that way, whatever the clock and the ids do', () => {
  const step = fc.record({ now: fc.integer({ min: 0, max: 5 }), id: fc.constantFrom('ca', 'cb', 'cc') });
  fc.assert(
    fc.property(fc.array(step, { minLength: 2 }), (steps) => {
      let at = 0;
      const next = makeAcceptanceOrder(
        () => steps[at]?.now ?? 0,
        () => steps[at]?.id ?? '',
      );
      const rows = steps.map((_, index) => {
        at = index;
        const { id, createdAt } = next();
        return `${createdAt.toISOString()} ${id}`;
      });
      expect(rows).toEqual([...new Set(rows)].sort());
    }),
  );
});

test('with real ids and a real clock the time is not ahead of the clock', () => {
  const next = makeAcceptanceOrder(Date.now, newId);
  const rows = Array.from({ length: 10_000 }, next);
  expect(rows.at(-1)?.createdAt.getTime()).toBeLessThanOrEqual(Date.now());
});
