import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chatOfPhone, parseRecipient, userOfChat } from '../src/addresses.js';

const accepted: [input: string, chat: string][] = [
  ['+62 812-3456-7890', '6281234567890@s.whatsapp.net'],
  ['628123456789', '628123456789@s.whatsapp.net'],
  ['  +1 (202) 555-0143 ', '12025550143@s.whatsapp.net'],
  ['+49.30.901820', '4930901820@s.whatsapp.net'],
  ['+62\u00a0812\u20113456\u20117890', '6281234567890@s.whatsapp.net'],
  ['0062 812 3456 7890', '6281234567890@s.whatsapp.net'],
  ['+44 (0)20 7946 0958', '442079460958@s.whatsapp.net'],
  // In no range that is known of, but there may be one by now.
  ['+1 999 234 5678', '19992345678@s.whatsapp.net'],
  ['+44 7700 900123', '447700900123@s.whatsapp.net'],
  // Brazil: the ninth digit is kept below area code 31, and left out above, as WhatsApp registered them.
  ['+55 11 98765-4321', '5511987654321@s.whatsapp.net'],
  ['+55 11 8765-4321', '5511987654321@s.whatsapp.net'],
  ['+55 (31) 98765-4321', '553187654321@s.whatsapp.net'],
  ['+55 31 8765-4321', '553187654321@s.whatsapp.net'],
  ['+55 31 3277-4321', '553132774321@s.whatsapp.net'],
  // Mexico: with the 1 that is dialled no more.
  ['+52 55 1234 5678', '5215512345678@s.whatsapp.net'],
  ['+52 1 55 1234 5678', '5215512345678@s.whatsapp.net'],
  // Argentina: with the 9, and without the 15 of calls at home.
  ['+54 9 11 2345-6789', '5491123456789@s.whatsapp.net'],
  ['+54 11 2345-6789', '5491123456789@s.whatsapp.net'],
  ['+54 11 15-2345-6789', '5491123456789@s.whatsapp.net'],
  // WhatsApp's own word is never changed.
  ['5531987654321@s.whatsapp.net', '5531987654321@s.whatsapp.net'],
  ['525512345678@s.whatsapp.net', '525512345678@s.whatsapp.net'],
  ['6281234567890@s.whatsapp.net', '6281234567890@s.whatsapp.net'],
  ['6281234567890@S.WhatsApp.net', '6281234567890@s.whatsapp.net'],
  ['6281234567890@c.us', '6281234567890@s.whatsapp.net'],
  ['6281234567890:12@s.whatsapp.net', '6281234567890@s.whatsapp.net'],
  ['6281234567890_1:12@s.whatsapp.net', '6281234567890@s.whatsapp.net'],
  ['6281234567890.0:3@s.whatsapp.net', '6281234567890@s.whatsapp.net'],
  ['123456789012345@lid', '123456789012345@lid'],
  ['123456789012345:7@lid', '123456789012345@lid'],
  ['120363025246125486@g.us', '120363025246125486@g.us'],
  ['6281234567890-1600000000@g.us', '6281234567890-1600000000@g.us'],
];
test.each(accepted)('%s is %s', (input, chat) => {
  expect(parseRecipient(input)).toMatchObject({ ok: true, chat });
});

test.each([
  '',
  '   ',
  '+',
  'hello',
  '0812-3456-7890',
  '+62 812',
  '+999 999 999 999',
  '1',
  '+6281234567890123456',
  '+1 800 FLOWERS',
  // Of the right length, but in no range of the country.
  '+1 123 456 7890',
  '+1 650 123 4567',
  '+52 1 055 123 4567',
  '62812345678901;drop',
  '@s.whatsapp.net',
  '123@s.whatsapp.net',
  '0812345678@s.whatsapp.net',
  '6281234567890@example.com',
  '6281234567890@s.whatsapp.net@lid',
  'status@broadcast',
  '120363025246125486@newsletter',
  '12@lid',
  'abc@g.us',
])('%j is refused with a sentence', (input) => {
  const result = parseRecipient(input);
  expect(result.ok).toBe(false);
  expect(result).toHaveProperty('message', expect.stringMatching(/\.$/));
});

test('no text makes it throw, and what it accepts it accepts again unchanged', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...'0123456789+-(). @:_glidus') }),
    fc.nat({ max: Number.MAX_SAFE_INTEGER }).map((number) => `+${number}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const first = parseRecipient(text);
      if (first.ok) expect(parseRecipient(first.chat)).toEqual(first);
    }),
    { numRuns: 2_000 },
  );
});

test('the separators people write change nothing', () => {
  const separator = fc.constantFrom('', ' ', '-', '.', '\u00a0', ' (');
  fc.assert(
    fc.property(fc.array(separator, { minLength: 13, maxLength: 13 }), (between) => {
      const typed = `+${[...'6281234567890'].map((digit, index) => digit + between[index]).join('')}`;
      expect(parseRecipient(typed)).toMatchObject({ chat: '6281234567890@s.whatsapp.net' });
    }),
  );
});

test('a chat is its number and back', () => {
  expect(userOfChat(chatOfPhone('6281234567890'))).toBe('6281234567890');
});
