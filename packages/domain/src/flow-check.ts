import {
  type FieldError,
  type Flow,
  type FlowNode,
  lastMessageVariable,
  type Match,
  waysOut,
} from '@multiwa/contracts';
import { reachableFrom, restlessCycles } from './flow-graph.js';
import { type HttpNode, isKnownName, readTemplate } from './flow-template.js';
import { compilePattern } from './match.js';
import { parseTemplate, parseTextTemplate, variablesOf } from './template.js';

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Set by the client, or able to make one request look like two. */
const ownHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const originAlone = /^https?:\/\/[^/?#\\]+/i;
/** The host has ended before the first variable. */
const originBeforeVariables = /^https?:\/\/[^/?#\\]+[/?#]/i;

/**
 * Everything that keeps a flow from being run, beyond its shape: each mistake with a JSON pointer below `at`. An empty
 * list means that every run of it comes to an end or to a wait, whichever ways it takes.
 */
export function checkFlow(flow: Flow, at = '#/flow'): FieldError[] {
  return [...checkTrigger(flow, at), ...checkGraph(flow, at), ...checkNodes(flow, at)];
}

function checkTrigger({ trigger }: Flow, at: string): FieldError[] {
  return trigger.kind === 'message_matches' ? checkMatch(trigger.match, `${at}/trigger/match`) : [];
}

function checkMatch(match: Match, at: string): FieldError[] {
  if (match.how !== 'regex') return [];
  const result = compilePattern(match.value);
  return result.ok ? [] : [{ pointer: `${at}/value`, code: 'pattern_invalid', message: result.message }];
}

function checkGraph(flow: Flow, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const firstOf = new Map<string, FlowNode>();
  const indexOf = new Map(flow.nodes.map((node, index) => [node, index]));
  const add = (pointer: string, code: string, message: string) => errors.push({ pointer: at + pointer, code, message });

  for (const [index, node] of flow.nodes.entries()) {
    if (firstOf.has(node.id)) add(`/nodes/${index}/id`, 'node_id_taken', `another node has the id "${node.id}"`);
    else firstOf.set(node.id, node);
  }
  if (!firstOf.has(flow.start)) add('/start', 'start_missing', `there is no node "${flow.start}"`);

  const taken = new Set<string>();
  for (const [index, { from, way, to }] of flow.edges.entries()) {
    const source = firstOf.get(from);
    if (!source) add(`/edges/${index}/from`, 'edge_dangling', `there is no node "${from}"`);
    if (!firstOf.has(to)) add(`/edges/${index}/to`, 'edge_dangling', `there is no node "${to}"`);
    if (source && !waysOf(source).includes(way)) {
      add(`/edges/${index}/way`, 'way_unknown', `a node of kind ${source.kind} has no way out "${way}"`);
    }
    if (taken.has(`${from} ${way}`))
      add(`/edges/${index}`, 'way_twice', `"${way}" of "${from}" leads somewhere already`);
    taken.add(`${from} ${way}`);
  }

  const reachable = reachableFrom(flow, flow.start);
  for (const node of firstOf.values()) {
    const pointer = `/nodes/${indexOf.get(node)}`;
    for (const way of waysOf(node)) {
      if (!taken.has(`${node.id} ${way}`)) add(pointer, 'way_missing', `"${way}" of "${node.id}" leads nowhere`);
    }
    if (firstOf.has(flow.start) && !reachable.has(node.id)) {
      add(pointer, 'node_unreachable', `no way leads to "${node.id}"`);
    }
  }
  for (const cycle of restlessCycles(flow)) {
    const [first] = cycle;
    const names = cycle.map(({ id }) => id).join(', ');
    const message = `a run could go round without ever waiting: ${names}; put a delay or a question in between`;
    if (first) add(`/nodes/${indexOf.get(first)}`, 'cycle_without_wait', message);
  }
  return errors;
}

function waysOf({ kind }: FlowNode): readonly string[] {
  return waysOut[kind];
}

function checkNodes({ nodes }: Flow, at: string): FieldError[] {
  const saved = new Set(nodes.flatMap((node) => ('saveAs' in node && node.saveAs !== undefined ? [node.saveAs] : [])));
  return nodes.flatMap((node, index) => checkNode(node, `${at}/nodes/${index}`, saved));
}

function checkNode(node: FlowNode, at: string, saved: ReadonlySet<string>): FieldError[] {
  const template = (text: string, pointer: string, parse = parseTemplate) => checkTemplate(text, pointer, saved, parse);
  switch (node.kind) {
    case 'send_text':
      return template(node.text, `${at}/text`, parseTextTemplate);
    case 'ask':
      return [...template(node.text, `${at}/text`, parseTextTemplate), ...checkSaveAs(node.saveAs, at)];
    case 'condition':
      return checkCondition(node, at, saved);
    case 'http_request':
      return [
        ...checkUrl(node, at),
        ...template(node.url, `${at}/url`),
        ...checkHeaders(node, at),
        ...Object.entries(node.headers).flatMap(([name, value]) => template(value, `${at}/headers/${escaped(name)}`)),
        ...(node.body === undefined ? [] : template(node.body, `${at}/body`)),
        ...(node.saveAs === undefined ? [] : checkSaveAs(node.saveAs, at)),
      ];
    default:
      return [];
  }
}

function checkTemplate(
  text: string,
  pointer: string,
  saved: ReadonlySet<string>,
  parse: typeof parseTemplate,
): FieldError[] {
  const { template, errors } = readTemplate(text, pointer, parse);
  const unknown = variablesOf(template).filter((name) => !isKnownName(name, saved));
  const message = (name: string) =>
    `"${name}" is none of name, phone, metadata.…, and vars.… with a name that a step saves or ${lastMessageVariable}`;
  return [...errors, ...unknown.map((name) => ({ pointer, code: 'variable_unknown', message: message(name) }))];
}

function checkSaveAs(name: string, at: string): FieldError[] {
  if (name !== lastMessageVariable) return [];
  const message = `"${name}" always holds what the contact wrote last: choose another name`;
  return [{ pointer: `${at}/saveAs`, code: 'variable_reserved', message }];
}

function checkCondition(
  { subject, name, match }: Extract<FlowNode, { kind: 'condition' }>,
  at: string,
  saved: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  const incomplete = (message: string) => errors.push({ pointer: at, code: 'condition_incomplete', message });
  if (subject !== 'last_message' && name === undefined) incomplete(`a condition on a ${subject} needs its name`);
  if (subject !== 'tag' && match === undefined) incomplete(`a condition on ${subject} needs a match`);
  if (subject === 'variable' && name !== undefined && !isKnownName(`vars.${name}`, saved)) {
    errors.push({ pointer: `${at}/name`, code: 'variable_unknown', message: `no step saves "${name}"` });
  }
  return match === undefined ? errors : [...errors, ...checkMatch(match, `${at}/match`)];
}

/** A contact's words must not choose the host. */
function checkUrl({ url }: HttpNode, at: string): FieldError[] {
  const { template } = readTemplate(url, at);
  const [first] = template;
  const hasVariables = template.length > 1 || typeof first !== 'string';
  const origin = hasVariables ? originBeforeVariables : originAlone;
  if (template.length === 0 || (typeof first === 'string' && origin.test(first))) return [];
  const message = 'must begin with http:// or https:// and a host without variables';
  return [{ pointer: `${at}/url`, code: 'url_not_allowed', message }];
}

function checkHeaders({ headers }: HttpNode, at: string): FieldError[] {
  return Object.keys(headers).flatMap((name) => {
    const isOwn = ownHeaders.has(name.toLowerCase());
    if (!isOwn && headerName.test(name)) return [];
    const message = isOwn ? `"${name}" is set by the gateway` : 'is no name of a header';
    return [{ pointer: `${at}/headers/${escaped(name)}`, code: 'header_invalid', message }];
  });
}

/** RFC 6901 */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
