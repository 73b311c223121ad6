import { CodedError } from '@multiwa/contracts';
import { describe, expect, test } from 'vitest';
import { type AudienceKnowledge, type KnownContact, makeAudiencePlanner, planAudience } from '../src/audience.js';
import { parseTemplate } from '../src/template.js';

const budi: KnownContact = {
  id: 'cbudi',
  phone: '6281234567890',
  lid: '100000000001',
  name: null,
  pushName: 'Budi',
  metadata: { city: 'Jakarta', visits: 3, nested: { a: 1 } },
};
const knowledge: AudienceKnowledge = {
  contactByPhone: new Map([['6281234567890', budi]]),
  contactByLid: new Map([['100000000001', budi]]),
  optedOutPhones: new Set(['4915112345678']),
  optedOutLids: new Set(['100000000008']),
};
const candidate = (input: string, variables: Record<string, string> = {}, position = 0) => ({
  input,
  variables,
  position,
});

function plan(text: string, candidates: ReturnType<typeof candidate>[]) {
  const planner = makeAudiencePlanner(parseTemplate(text, '#/text'), (position) => `#/recipients/${position}`);
  const planned = planner.plan(candidates, knowledge);
  try {
    planner.check();
    return { planned, refused: null };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { planned, refused: error };
  }
}

describe('an audience', () => {
  test('knows one person by phone, JID and LID, and takes the first', () => {
    const inputs = ['+62 812-3456-7890', '6281234567890@s.whatsapp.net', '100000000001@lid', '+1 650 253 0000'];
    const { planned, refused } = plan(
      'Hi',
      inputs.map((input, index) => candidate(input, {}, index)),
    );
    expect(planned.map(({ status, chat }) => [status, chat])).toEqual([
      ['PENDING', '6281234567890@s.whatsapp.net'],
      ['DUPLICATE', '6281234567890@s.whatsapp.net'],
      ['DUPLICATE', '6281234567890@s.whatsapp.net'],
      ['PENDING', '16502530000@s.whatsapp.net'],
    ]);
    expect(planned[2]).toMatchObject({ contactId: 'cbudi', reason: 'duplicate' });
    expect(refused).toBeNull();
  });

  test('sends to the form of a number that WhatsApp was seen to use, and knows an opt-out by any', () => {
    const planner = makeAudiencePlanner(['Hi'], String);
    const asked = [candidate('+55 31 98765-4321'), candidate('+52 55 1234 5678', {}, 1)];
    expect(planner.identitiesOf(asked).phones).toEqual(expect.arrayContaining(['5531987654321', '553187654321']));
    const seen = { ...budi, phone: '5531987654321' };
    const planned = planner.plan(asked, {
      contactByPhone: new Map([['5531987654321', seen]]),
      contactByLid: new Map(),
      optedOutPhones: new Set(['525512345678']),
      optedOutLids: new Set(),
    });
    expect(planned).toMatchObject([
      { chat: '5531987654321@s.whatsapp.net', contactId: 'cbudi', status: 'PENDING' },
      { chat: '5215512345678@s.whatsapp.net', status: 'OPTED_OUT' },
    ]);
  });

  test('remembers people over chunks', () => {
    const planner = makeAudiencePlanner(['Hi'], String);
    planner.plan([candidate('100000000001@lid')], knowledge);
    expect(planner.plan([candidate('6281234567890', {}, 1)], knowledge)).toMatchObject([{ status: 'DUPLICATE' }]);
  });

  test.each([
    ['0812', 'INVALID', 'recipient_invalid'],
    ['', 'INVALID', 'recipient_invalid'],
    ['120363000000000000@g.us', 'INVALID', 'group_not_supported'],
    ['+49 1511 2345678', 'OPTED_OUT', 'opted_out'],
    ['100000000008@lid', 'OPTED_OUT', 'opted_out'],
    ['100000000009@lid', 'PENDING', null],
  ])('%j is %s (%s)', (input, status, reason) => {
    expect(plan('Hi', [candidate(input)]).planned).toMatchObject([{ status, reason }]);
  });

  test('freezes the values that the text needs, the recipient’s own before the contact’s', () => {
    const text = '{{name}} {{phone}} {{metadata.city}} {{metadata.visits}} {{metadata.nested|none}} {{code}}';
    const { planned } = plan(text, [candidate('100000000001@lid', { name: 'Mr B', code: 'X1', unused: 'u' })]);
    expect(planned[0]?.variables).toEqual({
      name: 'Mr B',
      phone: '6281234567890',
      'metadata.city': 'Jakarta',
      'metadata.visits': '3',
      code: 'X1',
    });
    expect(plan('{{name}}', [candidate('6281234567890')]).planned[0]?.variables).toEqual({ name: 'Budi' });
  });

  test('points at recipients without a value, at 20 at most, and only at those that would be sent to', () => {
    const many = Array.from({ length: 30 }, (_, n) => candidate(`+1650253${String(1000 + n)}`, {}, n));
    const { refused } = plan('{{city}}', [candidate('0812', {}, 99), ...many]);
    expect(refused?.code).toBe('variable_unknown');
    expect(refused?.errors).toHaveLength(20);
    expect(refused?.errors?.[0]).toEqual({
      pointer: '#/recipients/0',
      code: 'variable_unknown',
      message: '+16502531000 has no value for {{city}}',
    });
  });

  test.each([
    ['{{a|}}', {}, 'text_empty'],
    ['{{a}}', { a: 'x'.repeat(65_537) }, 'text_too_long'],
  ])('leaves out whom %j would give no text that can be sent', (text, variables, reason) => {
    const { planned, refused } = plan(text, [candidate('6281234567890', variables)]);
    expect(planned).toMatchObject([{ status: 'INVALID', reason }]);
    expect(refused).toMatchObject({ code: 'audience_empty', message: 'Nobody can be sent to: 1 INVALID.' });
  });

  test.each([
    ['recipients', '#/audience/recipients/7'],
    ['csv', '#/line/7'],
    ['tags', '#/audience/tags'],
  ] as const)('of %s is pointed at by %s', (kind, pointer) => {
    const planner = planAudience({ text: '{{city}}' }, { kind });
    planner.plan([candidate('6281234567890', {}, 7)], { ...knowledge, contactByPhone: new Map() });
    expect(() => planner.check()).toThrowError(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }),
    );
  });

  test('without anyone is empty', () => {
    expect(plan('Hi', []).refused).toMatchObject({ code: 'audience_empty' });
  });

  test('asks for each identity once', () => {
    const inputs = ['6281234567890', '+62 812 3456 7890', '100000000001@lid', 'nobody', '12036300000000@g.us'];
    expect(makeAudiencePlanner(['Hi'], String).identitiesOf(inputs.map((input) => candidate(input)))).toEqual({
      phones: ['6281234567890'],
      lids: ['100000000001'],
    });
  });
});
