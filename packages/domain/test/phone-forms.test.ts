import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dialledPhone, likelyPhone, phoneForms } from '../src/phone-forms.js';

const sameNumber: [likely: string, other: string, dialled: string][] = [
  ['5511987654321', '551187654321', '5511987654321'],
  ['553187654321', '5531987654321', '5531987654321'],
  ['5215512345678', '525512345678', '525512345678'],
  ['5491123456789', '541123456789', '5491123456789'],
];
test.each(sameNumber)('%s and %s are one number', (likely, other, dialled) => {
  expect(phoneForms(likely)).toEqual([likely, other]);
  expect(phoneForms(other)).toEqual([other, likely]);
  expect([likely, other].map(likelyPhone)).toEqual([likely, likely]);
  expect([likely, other].map(dialledPhone)).toEqual([dialled, dialled]);
});

test.each([
  ['6281234567890', 'another country'],
  ['551132774321', 'a landline of Brazil'],
  ['52155123456789', 'a digit too many for Mexico'],
  ['54112345678', 'a digit too few for Argentina'],
])('%s has one form: %s', (phone) => {
  expect(phoneForms(phone)).toEqual([phone]);
});

test('whichever form is given, the same set comes back', () => {
  const country = fc.constantFrom('55', '52', '54', '62', '1');
  const rest = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 8, maxLength: 12 });
  fc.assert(
    fc.property(country, rest, (code, digits) => {
      const forms = phoneForms(code + digits);
      for (const form of forms) expect(phoneForms(form).toSorted()).toEqual(forms.toSorted());
    }),
    { numRuns: 2_000 },
  );
});
