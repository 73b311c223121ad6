import { exampleFlow, type Flow, type FlowNode, flowSchema, waysOut } from '@multiwa/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFlow, isWait, nextNode, nodeOf } from '../src/index.js';

type Edge = Flow['edges'][number];
const trigger: Flow['trigger'] = { kind: 'message_matches', match: { how: 'any' } };
const node = (value: unknown) => value as FlowNode;
const send = (id: string, text = 'Hi') => node({ id, kind: 'send_text', text });
const ask = (id: string) => node({ id, kind: 'ask', text: 'Which?', saveAs: 'choice', timeoutSeconds: 60 });
const delay = (id: string) => node({ id, kind: 'delay', seconds: 1 });
const end = (id = 'end') => node({ id, kind: 'end' });
const call = (change: object) =>
  node({
    id: 'call',
    kind: 'http_request',
    method: 'POST',
    url: 'https://x.test/',
    headers: {},
    timeoutSeconds: 5,
    ...change,
  });
const edge = (from: string, way: string, to: string) => ({ from, way, to }) as Edge;

function flow(nodes: FlowNode[], edges: Edge[], change: Partial<Flow> = {}): Flow {
  return { trigger, start: nodes[0]?.id ?? '', nodes, edges, ...change };
}
const found = (checked: Flow) => checkFlow(checked).map(({ pointer, code }) => `${code} ${pointer}`);
const afterCall = [edge('call', 'ok', 'end'), edge('call', 'failed', 'end')];
const calling = (change: object) => found(flow([call(change), end()], afterCall));
const condition = (change: object) =>
  found(
    flow(
      [node({ id: 'if', kind: 'condition', ...change }), end()],
      [edge('if', 'yes', 'end'), edge('if', 'no', 'end')],
    ),
  );

test('the documented example is sound', () => {
  expect(checkFlow(flowSchema.parse(exampleFlow))).toEqual([]);
});

test.each<[string, Flow, string[]]>([
  ['a single end', flow([end()], []), []],
  ['a circle through a delay', flow([send('a'), delay('b')], [edge('a', 'next', 'b'), edge('b', 'next', 'a')]), []],
  [
    'a circle through a question',
    flow(
      [ask('a'), send('b'), end()],
      [edge('a', 'answered', 'b'), edge('a', 'timeout', 'end'), edge('b', 'next', 'a')],
    ),
    [],
  ],
  [
    'a circle without a wait',
    flow([send('a'), send('b')], [edge('a', 'next', 'b'), edge('b', 'next', 'a')]),
    ['cycle_without_wait #/flow/nodes/0'],
  ],
  ['a node that leads to itself', flow([send('a')], [edge('a', 'next', 'a')]), ['cycle_without_wait #/flow/nodes/0']],
  [
    'a circle of which one arm has no wait',
    flow(
      [node({ id: 'if', kind: 'condition', subject: 'tag', name: 'vip' }), delay('slow'), send('fast')],
      [edge('if', 'yes', 'slow'), edge('if', 'no', 'fast'), edge('slow', 'next', 'if'), edge('fast', 'next', 'if')],
    ),
    ['cycle_without_wait #/flow/nodes/0'],
  ],
  ['an edge to nowhere', flow([send('a')], [edge('a', 'next', 'gone')]), ['edge_dangling #/flow/edges/0/to']],
  ['an edge from nowhere', flow([end()], [edge('gone', 'next', 'end')]), ['edge_dangling #/flow/edges/0/from']],
  [
    'a way that its node does not have',
    flow([end()], [edge('end', 'next', 'end')]),
    ['way_unknown #/flow/edges/0/way', 'cycle_without_wait #/flow/nodes/0'],
  ],
  ['a way that leads nowhere', flow([send('a')], []), ['way_missing #/flow/nodes/0']],
  [
    'a question without an answer’s way',
    flow([ask('a'), end()], [edge('a', 'timeout', 'end')]),
    ['way_missing #/flow/nodes/0'],
  ],
  [
    'two edges for one way',
    flow([send('a'), end()], [edge('a', 'next', 'end'), edge('a', 'next', 'end')]),
    ['way_twice #/flow/edges/1'],
  ],
  ['an unreachable node', flow([end(), end('other')], []), ['node_unreachable #/flow/nodes/1']],
  ['one id for two nodes', flow([end(), end()], []), ['node_id_taken #/flow/nodes/1/id']],
  ['a start that does not exist', flow([end()], [], { start: 'gone' }), ['start_missing #/flow/start']],
  [
    'a trigger whose pattern looks around',
    flow([end()], [], { trigger: { kind: 'message_matches', match: { how: 'regex', value: '(?=a)' } } }),
    ['pattern_invalid #/flow/trigger/match/value'],
  ],
  [
    'a malformed variable',
    flow([send('a', 'Hi {{na me}}'), end()], [edge('a', 'next', 'end')]),
    ['template_invalid #/flow/nodes/0/text'],
  ],
  [
    'an unclosed variable',
    flow([send('a', 'Hi {{name'), end()], [edge('a', 'next', 'end')]),
    ['template_invalid #/flow/nodes/0/text'],
  ],
  [
    'a variable that nothing saves',
    flow([send('a', '{{vars.day}}'), end()], [edge('a', 'next', 'end')]),
    ['variable_unknown #/flow/nodes/0/text'],
  ],
  [
    'a variable of no group',
    flow([send('a', '{{city}}'), end()], [edge('a', 'next', 'end')]),
    ['variable_unknown #/flow/nodes/0/text'],
  ],
  [
    'all known variables',
    flow(
      [ask('q'), send('a', '{{name}} {{phone|?}} {{metadata.city}} {{vars.choice}} {{vars.last_message}}'), end()],
      [edge('q', 'answered', 'a'), edge('q', 'timeout', 'end'), edge('a', 'next', 'end')],
    ),
    [],
  ],
])('%s', (_name, checked, expected) => {
  expect(found(checked)).toEqual(expected);
});

test.each<[object, string[]]>([
  [{ subject: 'tag', name: 'vip' }, []],
  [{ subject: 'tag' }, ['condition_incomplete #/flow/nodes/0']],
  [{ subject: 'last_message' }, ['condition_incomplete #/flow/nodes/0']],
  [
    { subject: 'last_message', match: { how: 'regex', value: '(a)\\1' } },
    ['pattern_invalid #/flow/nodes/0/match/value'],
  ],
  [{ subject: 'variable', match: { how: 'any' } }, ['condition_incomplete #/flow/nodes/0']],
  [{ subject: 'variable', name: 'day', match: { how: 'any' } }, ['variable_unknown #/flow/nodes/0/name']],
  [{ subject: 'variable', name: 'last_message', match: { how: 'any' } }, []],
])('the condition %j: %j', (given, expected) => {
  expect(condition(given)).toEqual(expected);
});

test.each<[object, string[]]>([
  [{ url: 'https://x.test' }, []],
  [{ url: 'https://x.test/{{phone}}?q={{vars.last_message}}', body: '{"a":{"b":"{{name}}"}}' }, []],
  [{ url: 'https://{{phone}}/' }, ['url_not_allowed #/flow/nodes/0/url']],
  [{ url: 'https://x.test{{phone}}/' }, ['url_not_allowed #/flow/nodes/0/url']],
  [{ url: 'https://x.test\\{{phone}}' }, ['url_not_allowed #/flow/nodes/0/url']],
  [{ url: '{{phone}}' }, ['url_not_allowed #/flow/nodes/0/url']],
  [{ url: 'ftp://x.test/' }, ['url_not_allowed #/flow/nodes/0/url']],
  [{ url: 'https://x.test/{{pho ne}}' }, ['template_invalid #/flow/nodes/0/url']],
  [{ headers: { 'X-Key': '{{phone}}' } }, []],
  [{ headers: { Host: 'inside' } }, ['header_invalid #/flow/nodes/0/headers/Host']],
  [{ headers: { 'a/b c': '1' } }, ['header_invalid #/flow/nodes/0/headers/a~1b c']],
  [{ saveAs: 'last_message' }, ['variable_reserved #/flow/nodes/0/saveAs']],
])('the request %j: %j', (given, expected) => {
  expect(calling(given)).toEqual(expected);
});

const kinds = [send, ask, delay, (id: string) => node({ id, kind: 'tag', add: [], remove: [] }), end];
const anyFlow: fc.Arbitrary<Flow> = fc
  .array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 8 })
  .chain((makers) => {
    const nodes = makers.map((make, index) => make(`n${index}`));
    const target = fc.nat(nodes.length - 1).map((index) => `n${index}`);
    const edges = nodes.flatMap(({ id, kind }) => waysOut[kind].map((way) => target.map((to) => edge(id, way, to))));
    return fc.tuple(...edges).map((list) => flow(nodes, list));
  });

test('whichever ways a run takes through a sound flow, it always finds a next node, and soon rests or ends', () => {
  fc.assert(
    fc.property(anyFlow, fc.infiniteStream(fc.nat(1)), (checked, choices) => {
      fc.pre(checkFlow(checked).every(({ code }) => code === 'node_unreachable'));
      let at = nodeOf(checked, checked.start);
      for (let restless = 0, step = 0; at && at.kind !== 'end' && step < 100; step += 1) {
        restless = isWait(at) ? 0 : restless + 1;
        expect(restless).toBeLessThanOrEqual(checked.nodes.length);
        const ways = waysOut[at.kind];
        at = nextNode(checked, at.id, ways[(choices.next().value ?? 0) % ways.length] ?? '');
        expect(at).toBeDefined();
      }
    }),
    { numRuns: 500 },
  );
});

test('a run that can go round without resting is always found', () => {
  fc.assert(
    fc.property(anyFlow, (checked) => {
      const restless = checked.nodes.filter((each) => !isWait(each) && each.kind !== 'end');
      const goesRound = restless.some((start) => {
        let at: FlowNode | undefined = start;
        for (let step = 0; step < checked.nodes.length; step += 1) {
          at = nextNode(checked, at.id, 'next');
          if (!at || isWait(at) || at.kind === 'end') return false;
        }
        return true;
      });
      expect(checkFlow(checked).some(({ code }) => code === 'cycle_without_wait')).toBe(goesRound);
    }),
    { numRuns: 500 },
  );
});
