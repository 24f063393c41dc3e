/**
 * The heap as the JavaScript collector sees it: which object refers to which, and where it lies.
 * Taking the picture costs a full collection and about 10 ms for each MB, so this is for questions
 * that are rarely asked and that nothing else answers.
 */

/** Of bun:jsc; its type definitions leave these out. */
interface Jsc {
  heapSize(): number;
  describe(v: unknown): string;
  generateHeapSnapshotForDebugging(): Snapshot;
}

/** Fields of a node: id, size, class name, flags, label, address of the cell, of what it wraps. */
const NODE_FIELDS = 7;
const CLASS_FIELD = 2;
const ADDRESS_FIELD = 5;
/** Fields of an edge: from, to, type, and by type the number of a name. */
const EDGE_FIELDS = 4;
/** Fields of a root: id and two reasons. */
const ROOT_FIELDS = 3;

interface Snapshot {
  nodes: (number | string)[];
  edges: number[];
  edgeTypes: string[];
  edgeNames: string[];
  roots: number[];
}

/** Pictures of larger heaps would not fit into memory beside them. */
const MAX_BYTES = 24 << 20;

/** A property that nothing else has leads to what the question is about. */
const PROBE = "heap graph: probe";

/** The picture, and the ids of the nodes that `values` are. */
function picture(values: unknown[]): { graph: Snapshot; ids: number[] } | undefined {
  const jsc = require("bun:jsc") as Jsc;
  if (jsc.heapSize() > MAX_BYTES) Bun.gc(true);
  if (jsc.heapSize() > MAX_BYTES) return undefined;
  const probe = Object.fromEntries(values.map((v, i) => [`${PROBE} ${i}`, v]));
  const graph = jsc.generateHeapSnapshotForDebugging();
  // still in use after the picture has been taken
  if (Object.keys(probe).length !== values.length) return undefined;
  const { edges, edgeNames, edgeTypes } = graph;
  const property = edgeTypes.indexOf("Property");
  const ids = new Array<number>(values.length).fill(-1);
  for (let e = 0; e < edges.length; e += EDGE_FIELDS) {
    if (edges[e + 2] !== property) continue;
    const name = edgeNames[edges[e + 3] as number] as string;
    if (name.startsWith(PROBE)) ids[Number(name.slice(PROBE.length))] = edges[e + 1] as number;
  }
  return { graph, ids };
}

/** Where the collector keeps a string; undefined if that can't be found out. */
export function stringAddress(s: string): string | undefined {
  // one that is still in pieces moves when they are put together
  s.charCodeAt(s.length - 1);
  const taken = picture([s]);
  if (taken === undefined) return undefined;
  const { nodes } = taken.graph;
  const [id] = taken.ids;
  for (let i = 0; i < nodes.length; i += NODE_FIELDS)
    if (nodes[i] === id) return nodes[i + ADDRESS_FIELD] as string;
  return undefined;
}

/** Longer strings are no literals that a program has asked the address of. */
const MAX_LITERAL = 1 << 16;

/** Does the engine keep only one string of this content? So it does with those of a program's text. */
export function isShared(s: string): boolean {
  const jsc = require("bun:jsc") as Jsc;
  return s.length <= MAX_LITERAL && jsc.describe(s).startsWith("String (atomic)");
}

/**
 * Which of the twins of `objects` nothing refers to but, by way of anything, these objects. A twin is
 * the other object of the same class that has the same `part`.
 */
export function findUnreachable(objects: object[], part: string): Set<object> {
  const taken = picture(objects);
  if (taken === undefined) return new Set();
  const { graph, ids } = taken;
  const to = references(graph);
  const twins = findTwins(graph, ids, part);
  const roots: number[] = [];
  for (let i = 0; i < graph.roots.length; i += ROOT_FIELDS) roots.push(graph.roots[i] as number);
  // all in the picture is alive: what seems not to be is referred to in a way that it does not show
  const shown = reach(to, roots, new Set());
  for (let i = 0; i < graph.nodes.length; i += NODE_FIELDS) {
    const id = graph.nodes[i] as number;
    if (!shown.has(id)) roots.push(id);
  }
  const found = reach(to, roots, new Set(ids));
  const isGone = (i: number) => twins[i] !== undefined && !found.has(twins[i]);
  return new Set(objects.filter((_, i) => isGone(i)));
}

/** Ids that each id refers to. */
function references({ edges }: Snapshot): Map<number, number[]> {
  const to = new Map<number, number[]>();
  for (let e = 0; e < edges.length; e += EDGE_FIELDS) {
    const from = edges[e] as number;
    const list = to.get(from);
    if (list === undefined) to.set(from, [edges[e + 1] as number]);
    else list.push(edges[e + 1] as number);
  }
  return to;
}

/** What can be reached from `roots` without passing `blocked`. */
function reach(to: Map<number, number[]>, roots: number[], blocked: Set<number>): Set<number> {
  const found = new Set<number>();
  const open = [...roots];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (blocked.has(id) || found.has(id)) continue;
    found.add(id);
    for (const next of to.get(id) ?? []) open.push(next);
  }
  return found;
}

function findTwins(graph: Snapshot, ids: number[], part: string): (number | undefined)[] {
  const { nodes, edges, edgeTypes, edgeNames } = graph;
  const classes = new Map<number, unknown>();
  for (let i = 0; i < nodes.length; i += NODE_FIELDS)
    classes.set(nodes[i] as number, nodes[i + CLASS_FIELD]);
  const property = edgeTypes.indexOf("Property");
  const name = edgeNames.indexOf(part);
  const owners = new Map<number, number[]>();
  const parts = new Map<number, number>();
  for (let e = 0; e < edges.length; e += EDGE_FIELDS) {
    if (edges[e + 2] !== property || edges[e + 3] !== name) continue;
    const [from, owned] = [edges[e] as number, edges[e + 1] as number];
    parts.set(from, owned);
    const list = owners.get(owned);
    if (list === undefined) owners.set(owned, [from]);
    else list.push(from);
  }
  return ids.map((id) => {
    const all = owners.get(parts.get(id) ?? -1) ?? [];
    const others = all.filter((o) => o !== id && classes.get(o) === classes.get(id));
    // shared by more than two it is no part of their own
    return others.length === 1 ? others[0] : undefined;
  });
}
