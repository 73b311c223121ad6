import { CodedError, type FieldError, type FlowNode, flowLimits, lastMessageVariable } from '@multiwa/contracts';
import { parseTemplate, parseTextTemplate, renderTemplate, type Template } from './template.js';

/** What the texts of a flow are filled with. */
export interface FlowValues {
  contact: {
    name: string | null;
    pushName: string | null;
    phone: string | null;
    metadata: Readonly<Record<string, unknown>>;
  };
  variables: Readonly<Record<string, string>>;
}

export type HttpNode = Extract<FlowNode, { kind: 'http_request' }>;

/** A request with its variables filled in. */
export interface FilledRequest {
  method: HttpNode['method'];
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

type Escape = (value: string) => string;
const plain: Escape = (value) => value;
const forJson: Escape = (value) => JSON.stringify(value).slice(1, -1);
const forHeader: Escape = (value) => value.replace(/[^\x20-\x7e\xa0-\xff]+/g, ' ');
const contentType = 'content-type';
const loneSurrogate = /\p{Surrogate}/gu;

/** The text with its variables filled in; one that has no value is left blank. */
export function fillText(text: string, values: FlowValues): string {
  return fill(parseTextTemplate(text, ''), values, plain);
}

/**
 * A request with its variables filled in, each value escaped for where it stands, so that what a contact writes stays
 * a value.
 */
export function fillRequest(node: HttpNode, values: FlowValues): FilledRequest {
  const given = Object.entries(node.headers).map(
    ([name, value]) => [name.toLowerCase(), fill(parseTemplate(value, ''), values, forHeader)] as const,
  );
  const headers: Record<string, string> = Object.fromEntries(given);
  if (node.body !== undefined) headers[contentType] ??= 'application/json';
  return {
    method: node.method,
    url: fill(parseTemplate(node.url, ''), values, encodeURIComponent),
    headers,
    body: node.body === undefined ? undefined : fill(parseTemplate(node.body, ''), values, bodyEscape(headers)),
  };
}

/** The URL of a request as far as it is known before any run: with its variables blank. */
export function knownUrl(node: HttpNode): string {
  const blank = { contact: { name: null, pushName: null, phone: null, metadata: {} }, variables: {} };
  return fill(parseTemplate(node.url, ''), blank, plain);
}

/** A variable's value, cut to what is kept. PostgreSQL keeps no NUL, and half a character is none. */
export function keptValue(text: string): string {
  return text.slice(0, flowLimits.variableLength).replace(loneSurrogate, '\ufffd').replaceAll('\0', '');
}

/** Mistakes in a template, or the template. */
export function readTemplate(
  text: string,
  pointer: string,
  parse: typeof parseTemplate = parseTemplate,
): { template: Template; errors: FieldError[] } {
  try {
    return { template: parse(text, pointer), errors: [] };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { template: [], errors: error.errors ?? [] };
  }
}

function fill(template: Template, values: FlowValues, asValue: Escape): string {
  const optional = template.map((part) =>
    typeof part === 'string' ? part : { ...part, fallback: part.fallback === null ? '' : asValue(part.fallback) },
  );
  const rendered = renderTemplate(optional, (name) => {
    const value = lookUp(name, values);
    return value === undefined ? undefined : asValue(value);
  });
  return rendered.ok ? rendered.text : '';
}

/** `name`, `phone`, `metadata.…` and `vars.…`; a check before publishing lets nothing else through. */
function lookUp(name: string, { contact, variables }: FlowValues): string | undefined {
  if (name === 'name') return contact.name ?? contact.pushName ?? undefined;
  if (name === 'phone') return contact.phone ?? undefined;
  const [group, key = ''] = name.split(/\.(.*)/s);
  if (group === 'vars') return Object.hasOwn(variables, key) ? variables[key] : undefined;
  if (group === 'metadata' && Object.hasOwn(contact.metadata, key)) return shown(contact.metadata[key]);
  return undefined;
}

function shown(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function bodyEscape(headers: Readonly<Record<string, string>>): Escape {
  const type = headers[contentType] ?? '';
  if (/json/i.test(type)) return forJson;
  return /x-www-form-urlencoded/i.test(type) ? encodeURIComponent : plain;
}

/** Names of variables that a flow may use at all, given what its steps save. */
export function isKnownName(name: string, saved: ReadonlySet<string>): boolean {
  if (name === 'name' || name === 'phone') return true;
  const [group, key = ''] = name.split(/\.(.*)/s);
  if (group === 'vars') return key === lastMessageVariable || saved.has(key);
  return group === 'metadata' && key !== '';
}
