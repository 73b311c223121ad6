import { afterEach, describe, expect, it } from 'vitest';
import { createSandboxClient, formatTrace } from '../src/client.js';
import { FaultRules } from '../src/model/faults.js';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);

afterEach(() => control().clearFaults());

describe('the trace', () => {
  it('names the rule and the action on each node that a rule touched, both ways, and on no other', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const { phone } = owner.account;
    const client = await world.linked(owner);
    await client.status(await client.sendText(friend.account.jid('pn'), 'warm up'), 3);
    const delayed = await control().addFault({
      direction: 'in',
      match: { tag: 'message', phone },
      action: { do: 'delay', delayMs: 5 },
      times: 1,
    });
    const dropped = await control().addFault({
      direction: 'out',
      match: { tag: 'ack', phone, attrs: { class: 'message' } },
      action: { do: 'drop' },
      times: 1,
    });
    const id = await client.sendText(friend.account.jid('pn'), 'touched');
    await client.status(id, 3);
    const lines = await control().trace({ phone });
    const touched = lines.filter(({ rule }) => rule !== undefined);
    expect(touched.map(({ direction, rule, action }) => [direction, rule, action])).toEqual([
      ['in', delayed.id, 'delay'],
      ['out', dropped.id, 'drop'],
    ]);
    expect(touched.every(({ text }) => text.includes(id))).toBe(true);
    expect(lines.map(({ seq }) => seq)).toEqual([...lines.map(({ seq }) => seq)].sort((one, other) => one - other));
    const printed = formatTrace(lines);
    expect(printed.split('\n')).toHaveLength(lines.length);
    expect(printed).toContain(`[${dropped.id} drop]`);
    expect(printed).not.toContain('touched');
  });

  it('shows what a rule wrote instead, each copy for itself', async () => {
    const [owner, friend] = [await world.phone(), await world.phone()];
    const { phone } = owner.account;
    const client = await world.linked(owner);
    const rule = await control().addFault({
      direction: 'out',
      match: { tag: 'message', phone, attrs: { type: 'text' } },
      action: { do: 'duplicate', copies: 2 },
      times: 1,
    });
    await friend.sendText({ to: phone, text: 'doubled' });
    await client.received('doubled');
    await eventually(
      'meant once, written twice',
      () => world.network.core.network.trace.read({ phone }).filter((line) => line.rule === rule.id).length === 3,
    );
  });
});

describe('a rule with a probability', () => {
  const drawn = (seed: number): string => {
    const rules = new FaultRules();
    rules.add({ direction: 'in', match: {}, action: { do: 'drop' }, probability: 0.5, seed });
    return Array.from({ length: 64 }, () => (rules.apply('in', { tag: 'iq', attrs: {} }, {}) ? 'x' : '.')).join('');
  };

  it('draws the same lots for the same seed, others for another, and about its share', () => {
    expect(drawn(7)).toBe(drawn(7));
    expect(drawn(7)).not.toBe(drawn(8));
    const share = drawn(7).split('x').length - 1;
    expect(share).toBeGreaterThan(16);
    expect(share).toBeLessThan(48);
  });
});
