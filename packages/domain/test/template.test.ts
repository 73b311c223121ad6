import { CodedError } from '@multiwa/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lookupIn, parseTemplate, parseTextTemplate, renderTemplate, variablesOf } from '../src/template.js';

function render(text: string, values: Record<string, string> = {}) {
  return renderTemplate(parseTemplate(text, '#/text'), lookupIn(values));
}

describe('a text with variables', () => {
  test.each([
    ['no variable', 'no variable'],
    ['Hello {{name}}!', 'Hello Budi!'],
    ['{{ name }}{{name}}', 'BudiBudi'],
    ['in {{metadata.city}}', 'in Jakarta'],
    ['in {{metadata.country|your country}}', 'in your country'],
    ['{{nick | my friend }}', 'my friend'],
    ['{{nick|}}.', '.'],
    ['{{blank|there}}', 'there'],
    ['{{name|a|b}} {{nick|a|b}}', 'Budi a|b'],
    ['{"a":{"b":"{{name}}"}}', '{"a":{"b":"Budi"}}'],
    ['{ {name} }', '{ {name} }'],
  ])('%j becomes %j', (text, expected) => {
    const values = { name: 'Budi', 'metadata.city': 'Jakarta', blank: '' };
    expect(render(text, values)).toEqual({ ok: true, text: expected });
  });

  test('tells every variable that has neither value nor fallback, once', () => {
    expect(render('{{a}} {{b|x}} {{c}} {{a}}', { c: '' })).toEqual({ ok: false, missing: ['a', 'c'] });
  });

  test('takes nothing from what every object has', () => {
    expect(render('{{constructor}} {{toString}}')).toEqual({ ok: false, missing: ['constructor', 'toString'] });
  });

  test('names its variables, each once', () => {
    expect(variablesOf(parseTemplate('{{a}}{{b.c|d}}{{a|e}}', '#/text'))).toEqual(['a', 'b.c']);
  });

  test('never reads a value as a template', () => {
    expect(render('{{a}}', { a: '{{b}}' })).toEqual({ ok: true, text: '{{b}}' });
  });
});

describe('a malformed text', () => {
  test.each(['{{', 'Hi {{name', '{{}}', '{{ }}', '{{1a}}', '{{a b}}', '{{a.b.c}}', '{{|x}}', '{{a|{{b}}}}', '{{{a}}'])(
    '%j is refused under its pointer',
    (text) => {
      expect(() => parseTemplate(text, '#/content/text')).toThrowError(
        expect.objectContaining({
          code: 'template_invalid',
          errors: expect.arrayContaining([expect.objectContaining({ pointer: '#/content/text' })]),
        }),
      );
    },
  );

  test('a brace too few before a name is a mistake in a text for people', () => {
    expect(() => parseTextTemplate('Hi {name}}', '#/text')).toThrowError(CodedError);
    expect(parseTextTemplate('Hi {{name}}', '#/text')).toHaveLength(2);
  });
});

test('any text is either refused or rendered, and a text without braces is left as it is', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        const rendered = render(text);
        if (!text.includes('{{')) expect(rendered).toEqual({ ok: true, text });
      } catch (error) {
        expect(error).toBeInstanceOf(CodedError);
      }
    }),
  );
});
