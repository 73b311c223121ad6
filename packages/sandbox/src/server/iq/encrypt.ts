import type { KeyBundle } from '../../model/account.js';
import { addressOf } from '../../model/jid.js';
import { bigEndian, bytesOf, childOf, childrenOf, numberOf } from '../../model/node.js';
import { type BinaryNode, iqError, iqResult } from '../../model/server-node.js';
import type { StoreEntry } from '../../store/store.js';
import { lowKeyNotices, type TakenKeys } from '../low-keys.js';
import { type Query, refuseOverLimit } from './query.js';

const KEY_TYPE = Buffer.from([5]);

/** Signal keys: how many are left, upload, digest, rotation, and other people's bundles. */
export function answerEncrypt(query: Query): boolean {
  const { node } = query;
  if (node.attrs.type === 'get') {
    if (childOf(node, 'count')) return answerCount(query);
    if (childOf(node, 'digest')) return answerDigest(query);
    if (childOf(node, 'key')) return refuseOverLimit(query, 'keyFetch') || answerBundles(query);
    return false;
  }
  if (childOf(node, 'rotate')) return rotate(query);
  return childOf(node, 'list') ? upload(query) : false;
}

function answerCount({ network, connection, node }: Query): boolean {
  const { account, device } = connection;
  if (!account || device === undefined) return false;
  const value = network.options.preKeyCount ?? account.preKeys.get(device)?.size ?? 0;
  connection.send(iqResult(node, [{ tag: 'count', attrs: { value: value.toString() } }]));
  return true;
}

function answerDigest({ connection, node }: Query): boolean {
  const { account, device } = connection;
  const companion = account?.companions.get(device ?? 0);
  if (!account || !companion) return false;
  const keys = [...(account.preKeys.get(companion.device)?.keys() ?? [])];
  connection.send(
    iqResult(node, [
      {
        tag: 'digest',
        attrs: {},
        content: [
          { tag: 'registration', attrs: {}, content: bigEndian(companion.registrationId, 4) },
          { tag: 'type', attrs: {}, content: KEY_TYPE },
          { tag: 'identity', attrs: {}, content: companion.identity },
          signedPreKeyNode(companion),
          { tag: 'list', attrs: {}, content: keys.map((id) => ({ tag: 'id', attrs: {}, content: bigEndian(id, 3) })) },
        ],
      },
    ]),
  );
  return true;
}

function upload({ network, connection, node }: Query): boolean {
  const { account, device } = connection;
  const companion = account?.companions.get(device ?? 0);
  if (!account || !companion) return false;
  const pool = account.preKeys.get(companion.device) ?? new Map<number, Buffer>();
  account.preKeys.set(companion.device, pool);
  const entries: StoreEntry[] = [];
  for (const key of childrenOf(childOf(node, 'list'), 'key')) {
    const keyId = numberOf(childOf(key, 'id'));
    const publicKey = bytesOf(childOf(key, 'value'));
    if (keyId === undefined || publicKey?.length !== 32) continue;
    pool.set(keyId, publicKey);
    entries.push(account.preKeyEntry(companion.device, keyId, publicKey));
  }
  companion.uploadedPreKeys = true;
  readSignedPreKey(companion, childOf(node, 'skey'));
  network.store.put([...entries, account.companionEntry(companion)]);
  answerWhenSettled(network, connection, node);
  return true;
}

function rotate({ network, connection, node }: Query): boolean {
  const { account, device } = connection;
  const companion = account?.companions.get(device ?? 0);
  if (!account || !companion) return false;
  readSignedPreKey(companion, childOf(childOf(node, 'rotate'), 'skey'));
  network.store.put([account.companionEntry(companion)]);
  answerWhenSettled(network, connection, node);
  return true;
}

function answerWhenSettled(network: Query['network'], connection: Query['connection'], node: BinaryNode): void {
  network.store.settled().then(
    () => connection.send(iqResult(node)),
    () => connection.send(iqError(node, 500, 'not stored')),
  );
}

function readSignedPreKey(companion: { signedPreKey: KeyBundle['signedPreKey'] }, node: BinaryNode | undefined): void {
  const keyId = numberOf(childOf(node, 'id'));
  const publicKey = bytesOf(childOf(node, 'value'));
  const signature = bytesOf(childOf(node, 'signature'));
  if (keyId === undefined || publicKey?.length !== 32 || !signature) return;
  companion.signedPreKey = { keyId, publicKey, signature };
}

/**
 * Bundles of other devices. Devices that do not exist are left out: one `error` would fail the whole batch at the client,
 * while a missing one fails only the encryption for that device.
 */
function answerBundles({ network, connection, node }: Query): boolean {
  const entries: StoreEntry[] = [];
  const all: TakenKeys[] = [];
  const content = childrenOf(childOf(node, 'key'), 'user').flatMap((user) => {
    const { jid = '' } = user.attrs;
    const account = network.directory.findByJid(jid);
    const device = addressOf(jid)?.device ?? 0;
    const taken = account?.takeBundle(device);
    if (!account || !taken) return [];
    entries.push(...taken.entries);
    all.push({ account, device, bundle: taken.bundle });
    return [bundleNode(jid, taken.bundle)];
  });
  void network.commit(entries, lowKeyNotices(network, all));
  connection.send(iqResult(node, [{ tag: 'list', attrs: {}, content }]));
  return true;
}

function bundleNode(jid: string, bundle: KeyBundle): BinaryNode {
  const content: BinaryNode[] = [
    { tag: 'registration', attrs: {}, content: bigEndian(bundle.registrationId, 4) },
    { tag: 'type', attrs: {}, content: KEY_TYPE },
    { tag: 'identity', attrs: {}, content: bundle.identity },
    signedPreKeyNode(bundle),
  ];
  if (bundle.preKey) {
    content.push({
      tag: 'key',
      attrs: {},
      content: [
        { tag: 'id', attrs: {}, content: bigEndian(bundle.preKey.keyId, 3) },
        { tag: 'value', attrs: {}, content: bundle.preKey.publicKey },
      ],
    });
  }
  return { tag: 'user', attrs: { jid }, content };
}

function signedPreKeyNode({ signedPreKey }: Pick<KeyBundle, 'signedPreKey'>): BinaryNode {
  return {
    tag: 'skey',
    attrs: {},
    content: [
      { tag: 'id', attrs: {}, content: bigEndian(signedPreKey.keyId, 3) },
      { tag: 'value', attrs: {}, content: signedPreKey.publicKey },
      { tag: 'signature', attrs: {}, content: signedPreKey.signature },
    ],
  };
}
