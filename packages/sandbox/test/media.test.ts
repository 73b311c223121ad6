import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { downloadContentFromMessage, encryptedStream, proto } from '@whiskeysockets/baileys';
import { Agent } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { createSandboxClient } from '../src/index.js';
import { eventually, useWorld } from './support/world.js';

const world = useWorld();
const control = () => createSandboxClient(world.network.controlUrl);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** How a client is told to trust the media hosts, for uploads and for downloads. */
const trust = () => {
  const ca = world.network.mediaCertificate;
  const dispatcher = new Agent({ connect: { ca } });
  return { fetchAgent: new https.Agent({ ca }), options: { dispatcher } as never };
};

afterEach(() => control().clearMediaFaults());

/** What a linked client has got, downloaded by the library. */
async function received(client: Awaited<ReturnType<typeof world.linked>>, id: string): Promise<Buffer> {
  const { message } = await client.until('message', () => client.upsertsOf(id)[0]);
  const document = message.message?.documentMessage;
  if (!document) throw new Error('no document');
  const host = (await client.sock.refreshMediaConn()).hosts[0]?.hostname ?? '';
  const stream = await downloadContentFromMessage(document, 'document', { host, ...trust() });
  return buffer(stream);
}

test('a file of a phone reaches a linked client as it was, and no query is unknown', async () => {
  const [sender, receiver] = [await world.phone(), await world.phone()];
  const client = await world.linked(receiver, trust());
  const bytes = randomBytes(300_000);
  const descriptor = await control().uploadMedia(sender.account.phone, 'document', bytes);
  const content = { documentMessage: { ...descriptor, mimetype: 'application/pdf', fileName: 'a.pdf' } };
  const { id } = await control().send(sender.account.phone, { to: receiver.account.phone, content });
  expect(hashOf(await received(client, id))).toBe(hashOf(bytes));
  expect(await control().unknown()).toEqual([]);
});

test('a file that the library uploads opens on the phone that it is for', async () => {
  const [owner, receiver] = [await world.phone(), await world.phone()];
  const client = await world.linked(owner, trust());
  const bytes = randomBytes(200_000);
  const sealed = await encryptedStream({ stream: Readable.from([bytes]) }, 'image');
  const fileEncSha256B64 = Buffer.from(sealed.fileEncSha256).toString('base64');
  const { mediaUrl, directPath } = await client.sock.waUploadToServer(sealed.encFilePath, {
    mediaType: 'image',
    fileEncSha256B64,
  });
  const { mediaKey, fileSha256, fileEncSha256, fileLength } = sealed;
  const imageMessage = { url: mediaUrl, directPath, mediaKey, fileSha256, fileEncSha256, fileLength };
  const id = await client.sock.relayMessage(receiver.account.jid('pn'), { imageMessage }, {});
  await control().waitForMessage(receiver.account.phone, (message) => message.id === id);
  const opened = await control().openMedia(receiver.account.phone, id);
  expect(opened).toMatchObject({ sha256: hashOf(bytes), bytes: bytes.length, declaredSha256: hashOf(bytes) });
});

test('what was altered on its way is refused by the media hosts', async () => {
  const client = await world.linked(await world.phone(), { ...trust() });
  const file = join(tmpdir(), `multiwa-sandbox-${process.pid}`);
  await writeFile(file, randomBytes(100));
  const fileEncSha256B64 = createHash('sha256').update('something else').digest('base64');
  await expect(client.sock.waUploadToServer(file, { mediaType: 'image', fileEncSha256B64 })).rejects.toThrow(
    'Media upload failed on all hosts',
  );
});

test('a file that the hosts forgot is given again by the phone of whoever asks, and gone for good when it has it no more', async () => {
  const [sender, receiver] = [await world.phone(), await world.phone()];
  const client = await world.linked(receiver, trust());
  const bytes = randomBytes(10_000);
  const descriptor = await control().uploadMedia(sender.account.phone, 'document', bytes);
  const content = { documentMessage: { ...descriptor, mimetype: 'text/plain' } };
  const { id } = await control().send(sender.account.phone, { to: receiver.account.phone, content });
  const { message } = await client.until('message', () => client.upsertsOf(id)[0]);
  await eventually('copy on the phone', () => receiver.records.received.find((one) => one.id === id));
  expect(await control().expireMedia()).toBeGreaterThan(0);
  await expect(received(client, id)).rejects.toThrow();
  const updated = await client.sock.updateMediaMessage(message);
  expect(updated.message?.documentMessage?.directPath).not.toBe(descriptor.directPath);
  expect(hashOf(await received(client, id))).toBe(hashOf(bytes));
  await control().expireMedia({ forgotten: true });
  await expect(client.sock.updateMediaMessage(proto.WebMessageInfo.create(message) as never)).rejects.toThrow(
    're-upload',
  );
});

test('the hosts do wrong what they are told to', async () => {
  const phone = await world.phone();
  const { directPath } = await control().uploadMedia(phone.account.phone, 'image', randomBytes(50_000));
  const { mediaCertificate, core } = world.network;
  const dispatcher = new Agent({ connect: { ca: mediaCertificate } }) as never;
  const get = (headers = {}) =>
    fetch(`https://${core.media.hostname}${directPath}`, { dispatcher, headers } as RequestInit);
  const whole = Buffer.from(await (await get()).arrayBuffer());
  const part = await get({ range: 'bytes=16-31' });
  expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, whole.subarray(16, 32)]);
  const once = (action: Parameters<typeof core.media.faults.add>[0]['action']) =>
    control().addMediaFault({ direction: 'download', action, times: 1 });
  await once({ do: 'status', status: 410 });
  expect((await get()).status).toBe(410);
  await once({ do: 'pad', bytes: 100 });
  expect((await (await get()).arrayBuffer()).byteLength).toBe(whole.length + 100);
  await once({ do: 'cut', bytes: 100 });
  expect((await (await get()).arrayBuffer()).byteLength).toBe(100);
  await once({ do: 'corrupt' });
  expect(hashOf(Buffer.from(await (await get()).arrayBuffer()))).not.toBe(hashOf(whole));
  await once({ do: 'reset', afterBytes: 10 });
  await expect(get().then((answer) => answer.arrayBuffer())).rejects.toThrow();
});
