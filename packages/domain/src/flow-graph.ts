import type { Flow, FlowNode } from '@multiwa/contracts';

/** The node of that id. */
export function nodeOf(flow: Flow, id: string): FlowNode | undefined {
  return flow.nodes.find((node) => node.id === id);
}

/** Where a way out of a node leads; undefined where the flow has no such edge, which a sound flow always has. */
export function nextNode(flow: Flow, from: string, way: string): FlowNode | undefined {
  const edge = flow.edges.find((each) => each.from === from && each.way === way);
  return edge && nodeOf(flow, edge.to);
}

/** Whether a run rests at this node until a time or an answer comes. */
export function isWait(node: FlowNode): boolean {
  return node.kind === 'delay' || node.kind === 'ask';
}

/** Ids of the nodes that can be reached from one, itself among them. */
export function reachableFrom(flow: Flow, start: string): Set<string> {
  const seen = new Set([start]);
  // A set that grows while it is walked is walked to its new end.
  for (const id of seen) {
    for (const { from, to } of flow.edges) if (from === id) seen.add(to);
  }
  return seen;
}

/**
 * Groups of nodes that lead in a circle in which a run would never rest: each group once, in the order of the nodes.
 */
export function restlessCycles(flow: Flow): FlowNode[][] {
  const restless = flow.nodes.filter((node) => !isWait(node));
  const ids = new Set(restless.map(({ id }) => id));
  const inner: Flow = { ...flow, edges: flow.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
  const ahead = new Map(restless.map(({ id }) => [id, strictlyAhead(inner, id)]));
  const isTogether = (a: string, b: string) => ahead.get(a)?.has(b) === true && ahead.get(b)?.has(a) === true;
  const cycles: FlowNode[][] = [];
  const grouped = new Set<string>();
  for (const { id } of restless) {
    if (grouped.has(id) || !isTogether(id, id)) continue;
    const cycle = restless.filter((other) => isTogether(id, other.id));
    for (const each of cycle) grouped.add(each.id);
    cycles.push(cycle);
  }
  return cycles;
}

/** Nodes that one or more edges lead to from here. */
function strictlyAhead(flow: Flow, id: string): Set<string> {
  const firsts = flow.edges.filter(({ from }) => from === id).map(({ to }) => to);
  return new Set(firsts.flatMap((first) => [...reachableFrom(flow, first)]));
}
