import { ANY_REST, ANY_TOKEN, parsePattern, parseTopic } from '../message/topic-pattern';

interface Binding {
  /** Its place in the order of binding, over all patterns. */
  readonly order: number;
  /** How often the same value was bound by the same pattern. */
  count: number;
}

/** What has no entry yet: most nodes have either branches or bindings, and a map for each would be most of what they keep. */
const EMPTY: ReadonlyMap<any, any> = new Map();

function withEntry<K, V>(entries: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return (entries === EMPTY ? new Map<K, V>() : (entries as Map<K, V>)).set(key, value);
}

/** Where patterns end that are alike up to here. */
class Node<T> {
  children: ReadonlyMap<string, Node<T>> = EMPTY;
  bindings: ReadonlyMap<T, Binding> = EMPTY;
  #values: readonly T[] | undefined;

  /** In the order of binding. A new array after each change, so one in use stays as it was. */
  get values(): readonly T[] {
    return (this.#values ??= [...this.bindings.keys()]);
  }

  /** The branch of a token, made where there is none. */
  branch(token: string): Node<T> {
    let child = this.children.get(token);
    if (child === undefined) this.children = withEntry(this.children, token, (child = new Node()));
    return child;
  }

  bind(value: T, binding: Binding): void {
    this.bindings = withEntry(this.bindings, value, binding);
    this.#values = undefined;
  }

  unbind(value: T): void {
    (this.bindings as Map<T, Binding>).delete(value);
    this.#values = undefined;
  }

  prune(token: string): void {
    (this.children as Map<string, Node<T>>).delete(token);
  }

  get isEmpty(): boolean {
    return this.children.size === 0 && this.bindings.size === 0;
  }
}

const NONE: readonly never[] = /* @__PURE__ */ Object.freeze([]);

/**
 * Values by topic pattern, as a trie of tokens.
 *
 * What a match costs depends on the topic's tokens and on how many values match, not on how many are bound, and nothing is kept for a
 * topic that was matched (rule T3). A branch goes with its last binding.
 */
export class TopicIndex<T> {
  readonly #root = new Node<T>();
  #bound = 0;
  #visited = 0;

  get isEmpty(): boolean {
    return this.#root.isEmpty;
  }

  /** Nodes looked at since the index was made: for the spec of rule T3. */
  get visited(): number {
    return this.#visited;
  }

  /** Nodes held: for the spec that shows that branches go. */
  get nodeCount(): number {
    let count = 0;
    const open: Node<T>[] = [this.#root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      count++;
      for (const child of node.children.values()) open.push(child);
    }
    return count;
  }

  /** @throws {BrokerError} `RoutingFailed` for a malformed pattern. */
  add(pattern: string, value: T): void {
    let node = this.#root;
    for (const token of parsePattern(pattern)) node = node.branch(token);
    const binding = node.bindings.get(value);
    if (binding === undefined) node.bind(value, { order: this.#bound++, count: 1 });
    else binding.count++;
  }

  /** Takes one binding back; unknown ones are ignored. */
  remove(pattern: string, value: T): void {
    const tokens = parsePattern(pattern);
    const path: Node<T>[] = [this.#root];
    for (const token of tokens) {
      const child = (path.at(-1) as Node<T>).children.get(token);
      if (child === undefined) return;
      path.push(child);
    }
    const node = path.at(-1) as Node<T>;
    const binding = node.bindings.get(value);
    if (binding === undefined || --binding.count > 0) return;
    node.unbind(value);
    for (let depth = tokens.length; depth > 0 && (path[depth] as Node<T>).isEmpty; depth--) {
      (path[depth - 1] as Node<T>).prune(tokens[depth - 1] as string);
    }
  }

  /**
   * The values whose patterns match, each once, in the order in which they were bound.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed topic.
   */
  match(topic: string): readonly T[] {
    const tokens = parseTopic(topic);
    if (this.isEmpty) return NONE;
    const found = this.#collect(tokens);
    if (found.length === 0) return NONE;
    return found.length === 1 ? (found[0] as Node<T>).values : merge(found);
  }

  /** The nodes where matching patterns end, in no order. A loop: a topic of 20,000 tokens is no reason to overflow the stack. */
  #collect(tokens: readonly string[]): Node<T>[] {
    const found: Node<T>[] = [];
    const aside: { readonly node: Node<T>; readonly depth: number }[] = [];
    let node = this.#root;
    let depth = 0;
    for (;;) {
      this.#visited++;
      let exact: Node<T> | undefined;
      if (depth === tokens.length) {
        if (node.bindings.size > 0) found.push(node);
      } else if (node.children.size > 0) {
        const { children } = node;
        const rest = children.get(ANY_REST);
        if (rest !== undefined) found.push(rest);
        const any = children.get(ANY_TOKEN);
        if (any !== undefined) aside.push({ node: any, depth: depth + 1 });
        exact = children.get(tokens[depth] as string);
      }
      if (exact !== undefined) {
        node = exact;
        depth++;
        continue;
      }
      const next = aside.pop();
      if (next === undefined) return found;
      ({ node, depth } = next);
    }
  }
}

function merge<T>(found: readonly Node<T>[]): readonly T[] {
  const first = new Map<T, number>();
  for (const { bindings } of found) {
    for (const [value, { order }] of bindings) first.set(value, Math.min(order, first.get(value) ?? Infinity));
  }
  return [...first].sort(([, a], [, b]) => a - b).map(([value]) => value);
}
