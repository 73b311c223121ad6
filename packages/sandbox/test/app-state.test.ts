import { chatModificationToAppPatch, encodeSyncdPatch, newLTHashState, proto } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { AppState } from '../src/model/app-state.js';

const keyId = Buffer.from([0, 0, 1, 2, 3, 4]).toString('base64');
const key = async () => proto.Message.AppStateSyncKeyData.create({ keyData: Buffer.alloc(32, 7) });
const state = newLTHashState();

async function patchFrom(base: typeof state) {
  const patch = chatModificationToAppPatch({ pin: true }, '628222222222@s.whatsapp.net');
  const encoded = await encodeSyncdPatch(patch, keyId, base, key);
  return { bytes: proto.SyncdPatch.encode(encoded.patch).finish(), state: encoded.state };
}

test('a patch raises the version by one, and one that was made from another version is refused', async () => {
  const kept = new AppState('628111111111');
  const first = await patchFrom(state);
  expect(kept.append('regular_low', 0, first.bytes)?.[0]).toBe('appstate/628111111111/regular_low/1');
  expect(kept.append('regular_low', 0, first.bytes)).toBeUndefined();
  const second = await patchFrom(first.state);
  expect(kept.append('regular_low', 1, second.bytes)).toBeDefined();
  expect([kept.version('regular_low'), kept.version('regular_high')]).toEqual([2, 0]);
});

test('each patch says its version, which clients leave out, and survives a restart', async () => {
  const kept = new AppState('628111111111');
  const { bytes } = await patchFrom(state);
  const entry = kept.append('regular_low', 0, bytes);
  const again = new AppState('628111111111');
  again.restore('regular_low', 1, entry?.[1] as Buffer);
  const [patch] = again.since('regular_low', 0);
  expect(Number(proto.SyncdPatch.decode(patch ?? Buffer.alloc(0)).version?.version)).toBe(1);
  expect(again.since('regular_low', 1)).toEqual([]);
});
