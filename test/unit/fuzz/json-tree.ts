/** JSON as it is written, so that an object may have a name twice, or any name, and a value be no JSON at all. */
export type Tree =
  | { readonly kind: 'raw'; text: string }
  | { readonly kind: 'list'; readonly items: Tree[] }
  | { readonly kind: 'object'; readonly entries: [name: string, value: Tree][] };

/** The tree of a JSON text. Throws for what is no JSON. */
export function parseTree(text: string): Tree {
  return toTree(JSON.parse(text));
}

function toTree(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(toTree) };
  if (typeof value !== 'object' || value === null) return { kind: 'raw', text: JSON.stringify(value) };
  return { kind: 'object', entries: Object.entries(value).map(([name, part]) => [name, toTree(part)]) };
}

/** A tree as text. */
export function printTree(tree: Tree): string {
  switch (tree.kind) {
    case 'raw':
      return tree.text;
    case 'list':
      return `[${tree.items.map(printTree).join(',')}]`;
    case 'object':
      return `{${tree.entries.map(([name, value]) => `${JSON.stringify(name)}:${printTree(value)}`).join(',')}}`;
  }
}

/** One change of a tree. */
export interface TreeChange {
  /** Which part of which part of … is changed: each number is taken modulo the parts that there are. */
  readonly path: readonly number[];
  readonly how: 'set' | 'remove' | 'repeat' | 'rename' | 'move' | 'add';
  /** JSON or not, for what is set or added: the core between so many beginnings and so much that follows, and an end. */
  readonly value: {
    readonly core: string;
    readonly times?: number;
    readonly before?: string;
    readonly after?: string;
    readonly end?: string;
  };
  /** For what is renamed or added. */
  readonly name: string;
}

/** Changes a tree in place. */
export function changeTree(root: Tree, { path, how, value, name }: TreeChange): void {
  let within: Tree = root;
  let at = 0;
  for (const step of path) {
    const next = partsOf(within)[at];
    if (next && partsOf(next).length > 0) within = next;
    const count = partsOf(within).length;
    if (count === 0) return;
    at = step % count;
  }
  const { core, times = 0, before = '', after = '', end = '' } = value;
  const raw: Tree = { kind: 'raw', text: before.repeat(times) + core + after.repeat(times) + end };
  if (within.kind === 'raw') return;
  if (within.kind === 'list') changeItems(within.items, at, how, raw);
  else if (how === 'rename') within.entries[at] = [name, within.entries[at][1]];
  else {
    const values = within.entries.map(([, part]) => part);
    const names = within.entries.map(([known]) => known);
    changeItems(values, at, how, raw);
    changeItems(names, at, how === 'set' || how === 'move' ? 'keep' : how, name);
    within.entries.splice(0, within.entries.length, ...values.map((part, i): [string, Tree] => [names[i], part]));
  }
}

function partsOf(tree: Tree): Tree[] {
  if (tree.kind === 'raw') return [];
  return tree.kind === 'list' ? tree.items : tree.entries.map(([, value]) => value);
}

function changeItems<T>(items: T[], at: number, how: TreeChange['how'] | 'keep', value: T): void {
  switch (how) {
    case 'set':
      items[at] = value;
      break;
    case 'remove':
      items.splice(at, 1);
      break;
    case 'repeat':
      items.splice(at, 0, items[at]);
      break;
    case 'move':
      items.push(...items.splice(at, 1));
      break;
    case 'add':
      items.splice(at, 0, value);
      break;
    case 'rename':
    case 'keep':
  }
}
