import { randomBytes } from 'node:crypto';
import { CodedError } from '@multiwa/contracts';
import { expect, test } from 'vitest';
import { keyOfFileName, packSession, readBaileysFolder, unpackSession } from '../src/index.js';

const buffer = (length: number) => ({ type: 'Buffer', data: randomBytes(length).toString('base64') });
const pair = () => ({ private: buffer(32), public: buffer(32) });
const creds = () => ({
  noiseKey: pair(),
  pairingEphemeralKeyPair: pair(),
  signedIdentityKey: pair(),
  signedPreKey: { keyPair: pair(), signature: buffer(64), keyId: 1 },
  registrationId: 77,
  advSecretKey: randomBytes(32).toString('base64'),
  nextPreKeyId: 31,
  firstUnuploadedPreKeyId: 31,
  me: { id: '6281234567890:3@s.whatsapp.net', lid: '99887766:3@lid', name: 'Shop' },
  account: { details: 'YWI=', accountSignature: 'YWI=', accountSignatureKey: 'YWI=', deviceSignature: 'YWI=' },
  somethingNewer: { kept: true },
});

/** What importing throws, which never holds a value of the file. */
function refusal(work: () => unknown): CodedError {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

test.each([
  ['pre-key-12.json', 'pre-key', '12'],
  ['session-6281234567890.3.json', 'session', '6281234567890.3'],
  ['session-99887766_1.3.json', 'session', '99887766_1.3'],
  ['sender-key-120363@g.us--6281234567890--3.json', 'sender-key', '120363@g.us::6281234567890::3'],
  ['sender-key-62812-1512345@g.us--99887766_1--0.json', 'sender-key', '62812-1512345@g.us::99887766_1::0'],
  ['sender-key-memory-62812-1512345@g.us.json', 'sender-key-memory', '62812-1512345@g.us'],
  ['app-state-sync-key-AAAA__+b__A=.json', 'app-state-sync-key', 'AAAA/+b/A='],
  ['app-state-sync-version-critical_unblock_low.json', 'app-state-sync-version', 'critical_unblock_low'],
  ['lid-mapping-99887766_reverse.json', 'lid-mapping', '99887766_reverse'],
  ['device-list-6281234567890.json', 'device-list', '6281234567890'],
  ['tctoken-__index.json', 'tctoken', '__index'],
  ['tctoken-99887766@lid.json', 'tctoken', '99887766@lid'],
  ['tctoken-62812-3@s.whatsapp.net.json', 'tctoken', '62812:3@s.whatsapp.net'],
  ['identity-key-99887766_1.0.json', 'identity-key', '99887766_1.0'],
])('the file %s is the %s %s', (file, type, name) => {
  expect(keyOfFileName(file)).toEqual({ type, name });
});

test.each(['pre-key.json', 'pre-key-.json', 'notes.json', 'session-1.0', 'device-index-1.json'])(
  '%s is no key',
  (file) => {
    expect(keyOfFileName(file)).toBeUndefined();
  },
);

test('a folder becomes credentials and keys as the engine stores them, and says whose they are', () => {
  const given = creds();
  const senderKey = Buffer.from('[{"senderKeyId":1}]');
  const session = readBaileysFolder({
    'creds.json': given,
    'pre-key-1.json': { private: { type: 'Buffer', data: Array(32).fill(7) }, public: buffer(32) },
    'session-62811.0.json': { _sessions: { abc: { registrationId: 1 } }, version: 'v1' },
    'sender-key-1@g.us--62811--0.json': { type: 'Buffer', data: senderKey.toString('base64') },
    'sender-key-2@g.us--62811--0.json': [{ senderKeyId: 1 }],
    'device-list-62811.json': ['0', '3'],
  });
  expect(session).toMatchObject({ phone: '6281234567890', lid: '99887766' });
  expect(JSON.parse(Buffer.from(session.credential).toString())).toEqual(given);
  const value = (name: string) => Buffer.from(session.keys.find((key) => key.name === name)?.value ?? []);
  expect(value('1@g.us::62811::0')).toEqual(senderKey);
  expect(value('2@g.us::62811::0')).toEqual(senderKey);
  expect(JSON.parse(value('62811.0').toString())).toEqual({ _sessions: { abc: { registrationId: 1 } }, version: 'v1' });
  expect(JSON.parse(value('1').toString()).private).toEqual({
    type: 'Buffer',
    data: Buffer.alloc(32, 7).toString('base64'),
  });
});

test('what is wrong with a folder is named by file, and nothing that stood in it is repeated', () => {
  const good = creds();
  const { me: _me, ...unlinked } = good;
  const secret = 'c2VjcmV0c2VjcmV0';
  const files = {
    'creds.json': good,
    'pre-key-1.json': { private: secret, public: secret },
    'notes.json': { secret },
  };
  const error = refusal(() => readBaileysFolder(files));
  expect(error).toMatchObject({ code: 'session_file_invalid' });
  expect(error.errors?.map(({ pointer, code }) => [pointer, code])).toEqual([
    ['#/files/pre-key-1.json', 'invalid'],
    ['#/files/notes.json', 'unknown_file'],
  ]);
  expect(JSON.stringify([error.message, error.errors])).not.toContain(secret);
  expect(refusal(() => readBaileysFolder({})).message).toContain('creds.json is missing');
  expect(refusal(() => readBaileysFolder({ 'creds.json': unlinked })).errors).toMatchObject([
    { pointer: '#/files/creds.json/me', code: 'not_linked' },
  ]);
  expect(refusal(() => readBaileysFolder({ 'creds.json': { ...good, noiseKey: secret } })).errors).toMatchObject([
    { pointer: '#/files/creds.json/noiseKey' },
  ]);
});

test('a session unpacks to what was packed, and one that was tampered with before it was sealed is refused', () => {
  const { credential, keys } = readBaileysFolder({ 'creds.json': creds(), 'device-list-62811.json': ['0'] });
  const at = new Date();
  const text = packSession({ credential, keys }, { network: 'SANDBOX', at });
  expect(unpackSession(text)).toMatchObject({ network: 'SANDBOX', credential: Buffer.from(credential), keys });
  const changed = (change: object) => refusal(() => unpackSession(JSON.stringify({ ...JSON.parse(text), ...change })));
  expect(changed({ engine: 'OTHER' }).message).toContain('/engine');
  expect(changed({ credential: '' })).toMatchObject({ code: 'session_file_invalid' });
  expect(changed({ keys: [['device-list', '62811', Buffer.from('{}').toString('base64')]] }).errors).toMatchObject([
    { pointer: '#/file/keys/0' },
  ]);
  expect(changed({ keys: [['no-such-type', '1', '']] }).message).toContain('/keys/0');
});
