import { CodedError, type FieldError } from '@multiwa/contracts';

/** A text taken apart: what stands as it is, and the variables in it. */
export type TemplatePart = string | TemplateVariable;
export interface TemplateVariable {
  /** As in `{{metadata.city|your city}}`: `metadata.city`. */
  name: string;
  /** What stands there when there is no value; null where a value must be given. */
  fallback: string | null;
}
export type Template = readonly TemplatePart[];

export type Rendered = { ok: true; text: string } | { ok: false /** Each once, in their order. */; missing: string[] };

/** A name of up to 64 characters, and for the groups (`metadata.…`, `vars.…`) a key in it. */
const namePattern = /^[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z0-9_-]{1,64})?$/;
const open = '{{';
const close = '}}';
const maxErrors = 20;
const shownLength = 40;

/**
 * Takes a text with variables apart. A `}}` that closes nothing is text, so that JSON can be a template.
 * @throws CodedError `template_invalid`, each mistake under `pointer`
 */
export function parseTemplate(text: string, pointer: string): Template {
  const parts: TemplatePart[] = [];
  const errors: FieldError[] = [];
  let at = 0;
  while (at < text.length) {
    const start = text.indexOf(open, at);
    if (start < 0) break;
    if (start > at) parts.push(text.slice(at, start));
    const end = text.indexOf(close, start + open.length);
    const inside = text.slice(start + open.length, end < 0 ? undefined : end);
    const variable = end < 0 ? undefined : parseVariable(inside);
    if (variable) parts.push(variable);
    else errors.push(mistake(pointer, start, inside, end < 0));
    at = end < 0 ? text.length : end + close.length;
  }
  if (at < text.length) parts.push(text.slice(at));
  if (errors.length > 0) throw new CodedError('template_invalid', { errors: errors.slice(0, maxErrors) });
  return parts;
}

/**
 * The same for a text that people read, where a `}}` that closes nothing is a mistake such as `{name}}`.
 * @throws CodedError `template_invalid`
 */
export function parseTextTemplate(text: string, pointer: string): Template {
  const template = parseTemplate(text, pointer);
  if (!template.some((part) => typeof part === 'string' && part.includes(close))) return template;
  const message = `"${close}" closes nothing: write {{name}}`;
  throw new CodedError('template_invalid', { errors: [{ pointer, code: 'template_invalid', message }] });
}

/** Names of the variables, each once. */
export function variablesOf(template: Template): string[] {
  return [...new Set(template.flatMap((part) => (typeof part === 'string' ? [] : [part.name])))];
}

/** Puts the values in. An empty value counts as none, since a blank cell is no name. Values are never templates. */
export function renderTemplate(template: Template, lookup: (name: string) => string | null | undefined): Rendered {
  const missing = new Set<string>();
  const text = template.map((part) => {
    if (typeof part === 'string') return part;
    const value = lookup(part.name) || part.fallback;
    if (value === null) missing.add(part.name);
    return value ?? '';
  });
  return missing.size === 0 ? { ok: true, text: text.join('') } : { ok: false, missing: [...missing] };
}

/** Looks values up among a record's own keys. */
export function lookupIn(values: Readonly<Record<string, string>>): (name: string) => string | undefined {
  return (name) => (Object.hasOwn(values, name) ? values[name] : undefined);
}

function parseVariable(inside: string): TemplateVariable | undefined {
  if (inside.includes(open)) return undefined;
  const bar = inside.indexOf('|');
  const name = (bar < 0 ? inside : inside.slice(0, bar)).trim();
  if (!namePattern.test(name)) return undefined;
  return { name, fallback: bar < 0 ? null : inside.slice(bar + 1).trim() };
}

function mistake(pointer: string, at: number, inside: string, isOpen: boolean): FieldError {
  const shown = `${open}${inside.slice(0, shownLength)}`;
  const message = isOpen
    ? `at character ${at + 1}: "${shown}" is not closed by "}}"`
    : `at character ${at + 1}: "${shown}${close}" is not a variable`;
  return { pointer, code: 'template_invalid', message };
}
