import type { BinaryNode } from '@whiskeysockets/baileys';
import { describe, expect, it } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import { childOf, textOf } from '../src/model/node.js';
import type { RealClient } from './support/real-client.js';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);
const REFUSAL = { status: 409, code: 'passkey_required' };

/** The challenges that a client is given from now on. */
function challengesOf(client: RealClient): BinaryNode[] {
  const challenges: BinaryNode[] = [];
  client.sock.ws.on('CB:notification,type:passkey_prologue_request', (node: BinaryNode) => challenges.push(node));
  return challenges;
}

describe('linking that takes a passkey', () => {
  it('by QR leaves the client with a challenge and unlinked, until the account needs none', async () => {
    const owner = await world.phone();
    const { phone } = owner.account;
    expect(await control().requirePasskey(phone)).toMatchObject({ passkeyRequired: true });
    const client = world.client().connect();
    const challenges = challengesOf(client);
    const qr = await client.qr();
    await expect(control().scan(phone, qr)).rejects.toMatchObject(REFUSAL);
    await eventually('challenge', () => challenges.length === 1);
    const options: unknown = JSON.parse(textOf(childOf(challenges[0], 'passkey_request_options')) ?? '');
    expect(options).toMatchObject({ rpId: 'whatsapp.com', userVerification: 'required' });
    expect([client.sock.ws.isOpen, client.creds.me, client.closeCodes]).toEqual([true, undefined, []]);
    expect(await control().companions(phone)).toEqual([]);

    await control().requirePasskey(phone, false);
    await control().scan(phone, qr);
    await client.untilOpen();
  });

  it('by code ends the same way', async () => {
    const owner = await world.phone();
    const { phone } = owner.account;
    await control().requirePasskey(phone);
    const client = world.client().connect();
    const challenges = challengesOf(client);
    await client.qr();
    const code = await client.sock.requestPairingCode(phone);
    await expect(control().pair(phone, code)).rejects.toMatchObject(REFUSAL);
    await eventually('challenge', () => challenges.length === 1);
    await eventually('ack', () =>
      world.network.core.network.trace
        .read()
        .some(({ direction, text }) => direction === 'in' && text.includes('passkey_prologue_request')),
    );
    expect([client.opened, client.closeCodes]).toEqual([0, []]);
  });
});
