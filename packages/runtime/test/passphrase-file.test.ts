import { expect, test } from 'vitest';
import { openPassphraseFile, PassphraseFileError, sealPassphraseFile } from '../src/index.js';

const passphrase = 'correct horse battery staple';
const plain = JSON.stringify({ secret: 'ratchet'.repeat(1_000) });
const sealed = sealPassphraseFile('test-file', passphrase, plain);
const open = (text: string, phrase = passphrase, format = 'test-file') => openPassphraseFile(format, phrase, text);

test('what was sealed under a passphrase opens with it and with no other, and states how in its head', async () => {
  const text = await sealed;
  expect(await open(text)).toBe(plain);
  await expect(open(text, `${passphrase}r`)).rejects.toThrow('The passphrase is wrong, or the file was changed.');
  expect(text).not.toContain('ratchet');
  expect(JSON.parse(text)).toMatchObject({
    format: 'test-file',
    version: 1,
    kdf: { name: 'scrypt', N: 32_768, r: 8, p: 3 },
    cipher: 'aes-256-gcm',
  });
});

test('a passphrase is the same however the keyboard spells it', async () => {
  const text = await sealPassphraseFile('test-file', 'caf\u00e9 au lait', plain);
  expect(await open(text, 'cafe\u0301 au lait')).toBe(plain);
});

test('a file that is cut off, changed anywhere, of another kind or version is refused with what is wrong', async () => {
  const text = await sealed;
  const file = JSON.parse(text);
  const changed = (change: object) => open(JSON.stringify({ ...file, ...change }));
  const flipped = Buffer.from(file.data, 'base64');
  flipped[20] = (flipped[20] ?? 0) ^ 1;
  await expect(open(text.slice(0, -20))).rejects.toThrow('cut off');
  await expect(open('PK\u0003\u0004')).rejects.toThrow('not JSON');
  await expect(open(text, passphrase, 'other-file')).rejects.toThrow('not a other-file file');
  await expect(changed({ version: 2 })).rejects.toThrow('newer version');
  await expect(changed({ data: flipped.toString('base64') })).rejects.toThrow('was changed');
  await expect(changed({ data: file.data.slice(0, 40) })).rejects.toThrow('was changed');
  await expect(changed({ tag: file.iv })).rejects.toThrow('damaged');
  await expect(changed({ kdf: { ...file.kdf, salt: file.iv } })).rejects.toThrow('was changed');
  await expect(changed({ kdf: { ...file.kdf, N: 2 ** 30 } })).rejects.toThrow('damaged, at kdf.N');
  await expect(changed({ extra: 1 })).rejects.toThrow(PassphraseFileError);
});
