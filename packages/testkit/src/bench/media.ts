import { createHash, randomBytes } from 'node:crypto';
import { EventLog } from '../event-log.js';
import { linkProfile } from '../link-profile.js';
import { type MemoryGrowth, watchMemory } from '../memory-peak.js';
import { type Product, startProduct } from '../product/start-product.js';

/** A file on its way in one direction. */
export interface Passage {
  seconds: number;
  memoryMb: { gateway: MemoryGrowth; engine: MemoryGrowth };
}

export interface LargeFileReport {
  megabytes: number;
  /** From the beginning of the upload to the API until a phone has opened it. */
  sent: Passage;
  /** From the phone's message until the API has given the whole file out. */
  received: Passage;
}

type Services = Passage['memoryMb'];

const MIB = 1_024 * 1_024;
const TIMEOUT_MS = 300_000;
/** The first files compile code and open connections, which is not what a large one costs. */
const WARM_UP_FILES = 3;

/** A document of so many megabytes both ways through a product of its own; see docs/benchmarks.md. */
export async function benchMedia({ megabytes }: { megabytes: number }): Promise<{ bench: string } & LargeFileReport> {
  const product = await startProduct();
  try {
    return { bench: 'media', ...(await sendLargeFile(product, megabytes)) };
  } finally {
    await product.stop();
  }
}

/**
 * Uploads a document, sends it to a phone and compares what the phone opens; then lets the phone send as much, and compares what
 * the API gives out. Rejects when a byte differs.
 */
export async function sendLargeFile(product: Product, megabytes: number): Promise<LargeFileReport> {
  const { client, sandbox, services } = product;
  const log = await EventLog.open(client);
  const { profile, phone } = await linkProfile(product, 'Large files');
  const friend = await sandbox.createPhone({ name: 'Reader' });

  const send = async (bytes: Buffer<ArrayBuffer>) => {
    const media = await client.media.upload(new Blob([bytes]), { fileName: 'large.bin' });
    const body = { type: 'DOCUMENT', to: `+${friend.phone}`, media: { id: media.id } } as const;
    const { waMessageId } = await client.messages.send(profile.id, body);
    await sandbox.waitForMessage(friend.phone, ({ id }) => id === waMessageId, TIMEOUT_MS);
    requireSame('the phone', (await sandbox.openMedia(friend.phone, waMessageId)).sha256, bytes);
  };
  const receive = async (bytes: Buffer<ArrayBuffer>) => {
    const descriptor = await sandbox.uploadMedia(friend.phone, 'document', bytes);
    const document = { ...descriptor, mimetype: 'application/octet-stream', fileName: 'large.bin' };
    const { id } = await sandbox.send(friend.phone, { to: phone.phone, content: { documentMessage: document } });
    const { data } = await log.waitFor('message.media', ({ data }) => data.waMessageId === id, TIMEOUT_MS);
    if (data.media.state !== 'READY') throw new Error(`the file is ${data.media.state}: ${data.media.problem}`);
    const answer = await fetch(data.media.url ?? '');
    const hash = createHash('sha256');
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) hash.update(chunk);
    requireSame('the API', hash.digest('hex'), bytes);
  };
  const measured = async (pass: (bytes: Buffer<ArrayBuffer>) => Promise<void>): Promise<Passage> => {
    const bytes = randomBytes(megabytes * MIB);
    const pids = { gateway: pidOf('gateway'), engine: pidOf('engine-sandbox') };
    const watch = await watchMemory(pids);
    const startedAt = performance.now();
    await pass(bytes);
    const seconds = Math.round(performance.now() - startedAt) / 1_000;
    return { seconds, memoryMb: (await watch.stop()) as unknown as Services };
  };
  const pidOf = (name: string) => {
    const pid = services.pid(name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    return pid;
  };

  for (let file = 0; file < WARM_UP_FILES; file += 1) {
    await send(randomBytes(MIB));
    await receive(randomBytes(MIB));
  }
  const sent = await measured(send);
  const received = await measured(receive);
  await log.close();
  return { megabytes, sent, received };
}

function requireSame(where: string, sha256: string, bytes: Uint8Array): void {
  const expected = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== expected) throw new Error(`${where} has other bytes: ${sha256} instead of ${expected}`);
}
