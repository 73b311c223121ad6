import { Curve } from '@whiskeysockets/baileys';
import { describe, expect, it } from 'vitest';
import { enforceSignatures, trustSandboxRoot } from '../src/index.js';
import { eventually, useWorld } from './support/world.js';

const world = useWorld({ preKeyCount: 100, codeWaitMs: 100 });

describe('linking', () => {
  it('by a typed code ends in the same log-in as by QR', async () => {
    const owner = await world.phone();
    const client = world.client().connect();
    await client.qr();
    const code = await client.sock.requestPairingCode(owner.account.phone);
    const companion = await world.network.core.pairing.codes.enter(
      owner.account,
      `${code.slice(0, 4)}-${code.slice(4)}`,
    );
    await client.untilOpen();
    expect(client.me).toBe(owner.account.jid('pn', companion.device));
    expect(client.creds.me?.lid).toBe(owner.account.jid('lid', companion.device));
  });

  it('refuses a wrong code and a code that nobody shows', async () => {
    const owner = await world.phone();
    const { codes } = world.network.core.pairing;
    await expect(codes.enter(owner.account, 'ABCD1234')).rejects.toMatchObject({ code: 'pairing_code_unknown' });
    const client = world.client().connect();
    await client.qr();
    const code = await client.sock.requestPairingCode(owner.account.phone);
    const wrong = code === 'ABCD1234' ? 'ABCD1235' : 'ABCD1234';
    await expect(codes.enter(owner.account, wrong)).rejects.toMatchObject({ code: 'pairing_code_wrong' });
    expect(owner.account.companions.size).toBe(0);
  });

  it('refuses a QR code that is none, or that no client shows any more', async () => {
    const owner = await world.phone();
    const { pairing } = world.network.core;
    await expect(pairing.scan(owner.account, 'hello')).rejects.toMatchObject({ code: 'qr_malformed' });
    await expect(pairing.scan(owner.account, 'https://x#a,b,c,d,1')).rejects.toMatchObject({ code: 'qr_unknown' });
    const gone = world.client().connect();
    const qr = await gone.qr();
    const closed = () => world.network.core.network.trace.read().filter(({ text }) => text === 'close').length;
    const before = closed();
    await gone.disconnect();
    await eventually('closed connection', () => closed() > before);
    await expect(pairing.scan(owner.account, qr)).rejects.toMatchObject({ code: 'qr_unknown' });
  });

  it('is refused by a client that checks signatures and trusts another root', async () => {
    const restoreLibrary = enforceSignatures();
    const restoreRoot = trustSandboxRoot({
      rootPublicKey: Curve.generateKeyPair().public,
      webSocketUrl: world.network.webSocketUrl,
    });
    try {
      const client = world.client().connect();
      expect(await client.closeCode()).toBe(400);
      expect(client.qrs).toEqual([]);
    } finally {
      restoreRoot();
      restoreLibrary();
    }
  });

  it('works with a client that checks every signature', async () => {
    const restoreLibrary = enforceSignatures();
    try {
      const [owner, friend] = [await world.phone(), await world.phone()];
      const client = await world.linked(owner);
      const id = await client.sendText(friend.account.jid('pn'), 'signed');
      await client.status(id, 3);
    } finally {
      restoreLibrary();
    }
  });

  it('trusts the sandbox on loopback only', () => {
    const rootPublicKey = world.network.rootPublicKey;
    for (const host of ['web.whatsapp.com', '10.0.0.1', '127.0.0.1.example.com', '0.0.0.0']) {
      expect(() => trustSandboxRoot({ rootPublicKey, webSocketUrl: `ws://${host}/ws/chat` })).toThrow(/loopback/);
    }
  });
});
