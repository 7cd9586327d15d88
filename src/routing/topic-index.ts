import { ANY_REST, ANY_TOKEN, parsePattern, parseTopic } from '../message/topic-pattern';

interface Binding {
  /** Its place in the order of binding, over all patterns. */
  readonly order: number;
  /** How often the same value was bound by the same pattern. */
  count: number;
}

/** Where patterns end that are alike up to here. */
class Node<T> {
  readonly children = new Map<string, Node<T>>();
  readonly bindings = new Map<T, Binding>();
  #values: readonly T[] | undefined;

  /** In the order of binding. A new array after each change, so one in use stays as it was. */
  get values(): readonly T[] {
    return (this.#values ??= [...this.bindings.keys()]);
  }

  changed(): void {
    this.#values = undefined;
  }

  get isEmpty(): boolean {
    return this.children.size === 0 && this.bindings.size === 0;
  }
}

const NONE: readonly never[] = Object.freeze([]);

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
    const count = (node: Node<T>): number => [...node.children.values()].reduce((sum, child) => sum + count(child), 1);
    return count(this.#root);
  }

  /** @throws {BrokerError} `RoutingFailed` for a malformed pattern. */
  add(pattern: string, value: T): void {
    let node = this.#root;
    for (const token of parsePattern(pattern)) {
      let child = node.children.get(token);
      if (child === undefined) node.children.set(token, (child = new Node()));
      node = child;
    }
    const binding = node.bindings.get(value);
    if (binding !== undefined) binding.count++;
    else {
      node.bindings.set(value, { order: this.#bound++, count: 1 });
      node.changed();
    }
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
    node.bindings.delete(value);
    node.changed();
    for (let depth = tokens.length; depth > 0 && (path[depth] as Node<T>).isEmpty; depth--) {
      (path[depth - 1] as Node<T>).children.delete(tokens[depth - 1] as string);
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
    const found: Node<T>[] = [];
    this.#collect(this.#root, tokens, 0, found);
    if (found.length === 0) return NONE;
    return found.length === 1 ? (found[0] as Node<T>).values : merge(found);
  }

  #collect(node: Node<T>, tokens: readonly string[], depth: number, found: Node<T>[]): void {
    this.#visited++;
    if (depth === tokens.length) {
      if (node.bindings.size > 0) found.push(node);
      return;
    }
    const { children } = node;
    if (children.size === 0) return;
    const exact = children.get(tokens[depth] as string);
    if (exact !== undefined) this.#collect(exact, tokens, depth + 1, found);
    const any = children.get(ANY_TOKEN);
    if (any !== undefined) this.#collect(any, tokens, depth + 1, found);
    const rest = children.get(ANY_REST);
    if (rest !== undefined) found.push(rest);
  }
}

function merge<T>(found: readonly Node<T>[]): readonly T[] {
  const first = new Map<T, number>();
  for (const { bindings } of found) {
    for (const [value, { order }] of bindings) first.set(value, Math.min(order, first.get(value) ?? Infinity));
  }
  return [...first].sort(([, a], [, b]) => a - b).map(([value]) => value);
}
