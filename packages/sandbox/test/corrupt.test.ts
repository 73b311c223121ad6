import { afterEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import { useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);

afterEach(() => control().clearFaults());

describe('a lenient network', () => {
  it('carries the resend of a message between clients whose ciphertext was corrupted', async () => {
    const [one, other] = [await world.phone(), await world.phone()];
    const [alice, bob] = [await world.linked(one), await world.linked(other)];
    await alice.sendText(other.account.jid('pn'), 'warm up');
    await bob.received('warm up');
    const rule = await control().addFault({
      direction: 'out',
      match: { tag: 'message', phone: other.account.phone },
      action: { do: 'corrupt' },
      times: 1,
    });
    const id = await alice.sendText(other.account.jid('pn'), 'garbled');
    const { message } = await bob.received('garbled');
    expect(message).toMatchObject({ key: { id }, retryCount: 1 });
    expect((await control().faults())[0]).toMatchObject({ id: rule.id, applied: 1 });
    await alice.sendText(other.account.jid('pn'), 'and on');
    await bob.received('and on');
    await bob.sendText(one.account.jid('pn'), 'and back');
    await alice.received('and back');
  });
});
