import { flowLimits } from '@multiwa/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FlowValues, fillRequest, fillText, type HttpNode, keptValue, knownUrl } from '../src/index.js';

const contact = { name: null, pushName: 'Budi S.', phone: '628111', metadata: { city: 'Bandung', age: 7, none: null } };
const values: FlowValues = { contact, variables: { day: 'Sunday', odd: '"}{{name}} \r\nX: y/../?&#' } };

function request(change: Partial<HttpNode>, given = values) {
  const node: HttpNode = {
    id: 'call',
    kind: 'http_request',
    method: 'POST',
    url: 'https://x.test/',
    headers: {},
    timeoutSeconds: 5,
    ...change,
  };
  return fillRequest(node, given);
}

test.each([
  ['Hi {{name}}, {{phone}}', 'Hi Budi S., 628111'],
  ['{{metadata.city}} {{metadata.age}}{{metadata.none}}{{metadata.constructor}}', 'Bandung 7'],
  ['{{vars.day}}{{vars.unset}}{{vars.toString}}!', 'Sunday!'],
  ['{{vars.unset|any day}}', 'any day'],
  ['{{vars.odd}}', values.variables.odd],
])('%s becomes %j', (text, expected) => {
  expect(fillText(text, values)).toBe(expected);
});

test('a name given by the customer stands before the one that the contact shows', () => {
  expect(fillText('{{name}}', { ...values, contact: { ...contact, name: 'Budi' } })).toBe('Budi');
});

test('a value stays one segment of the URL, one line of a header and one string of a JSON document', () => {
  const { url, headers, body } = request({
    url: 'https://x.test/a/{{vars.odd}}?b={{vars.odd}}',
    headers: { 'X-Odd': '{{vars.odd}}' },
    body: '{"odd":"{{vars.odd}}","f":"{{vars.unset|"q"}}"}',
  });
  const { pathname, searchParams } = new URL(url);
  expect(pathname.split('/')).toHaveLength(3);
  expect(searchParams.get('b')).toBe(values.variables.odd);
  expect(headers['x-odd']).not.toMatch(/[\r\n]/);
  expect(JSON.parse(body ?? '')).toEqual({ odd: values.variables.odd, f: '"q"' });
  expect(headers['content-type']).toBe('application/json');
});

test('a form and a plain body get their own escapes, and no body no type', () => {
  const form = { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'odd={{vars.odd}}' };
  expect(new URLSearchParams(request(form).body).get('odd')).toBe(values.variables.odd);
  expect(request({ headers: { 'content-type': 'text/plain' }, body: '{{vars.odd}}' }).body).toBe(values.variables.odd);
  expect(request({ body: undefined })).toMatchObject({ body: undefined, headers: {} });
});

test('whatever a contact writes, host and JSON stay what they are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (said) => {
      const given = { ...values, variables: { said } };
      const filled = request({ url: 'https://x.test/{{vars.said}}', body: '["{{vars.said}}"]' }, given);
      expect(new URL(filled.url).host).toBe('x.test');
      expect(JSON.parse(filled.body ?? '')).toEqual([said]);
    }),
  );
});

test('the URL that is checked when publishing has its variables blank', () => {
  const node = { url: 'https://x.test/{{phone}}/a?b={{vars.day|c}}' } as HttpNode;
  expect(knownUrl(node)).toBe('https://x.test//a?b=c');
});

test('what is kept of a value is bounded and can be stored', () => {
  expect(keptValue('a'.repeat(flowLimits.variableLength + 9))).toHaveLength(flowLimits.variableLength);
  expect(keptValue('a\0b')).toBe('ab');
  expect(keptValue('\ud83d')).toBe('\ufffd');
});
