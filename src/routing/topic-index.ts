import { ANY_REST, ANY_TOKEN, parsePattern, parseTopic } from '../message/topic-pattern';

/** A value bound to a pattern. */
interface Binding<T> {
  readonly value: T;
  /** The place of this binding in the order of all bindings of the index. */
  readonly order: number;
  /** How often the value was bound to the pattern. */
  count: number;
}

/** Stands for a map without entries. Most nodes have either branches or bindings, and a second map would be most of their memory. */
const EMPTY: ReadonlyMap<any, any> = new Map();

function withEntry<K, V>(entries: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return (entries === EMPTY ? new Map<K, V>() : (entries as Map<K, V>)).set(key, value);
}

/** The patterns that begin with the same tokens. Its bindings are those of the pattern that ends here. */
class Node<T> {
  children: ReadonlyMap<string, Node<T>> = EMPTY;
  bindings: ReadonlyMap<T, Binding<T>> = EMPTY;
  /** Whether a wildcard has ever been a token of a child. */
  isWild = false;
  readonly parent: Node<T> | undefined;
  /** The token that leads here from the parent. */
  readonly token: string | undefined;
  #values: readonly T[] | undefined;

  constructor(parent?: Node<T>, token?: string) {
    this.parent = parent;
    this.token = token;
  }

  /** The bound values, in the order of binding. A change makes a new array, so an array in use does not change. */
  get values(): readonly T[] {
    return (this.#values ??= [...this.bindings.keys()]);
  }

  /** The child of a token, made now if there is none. */
  branch(token: string): Node<T> {
    let child = this.children.get(token);
    if (child === undefined) {
      this.children = withEntry(this.children, token, (child = new Node(this, token)));
      this.isWild ||= token === ANY_TOKEN || token === ANY_REST;
    }
    return child;
  }

  bind(value: T, order: number): void {
    const binding = this.bindings.get(value);
    if (binding !== undefined) {
      binding.count++;
      return;
    }
    this.bindings = withEntry(this.bindings, value, { value, order, count: 1 });
    this.#values = undefined;
  }

  /** Takes one binding back. */
  unbind(value: T): void {
    const binding = this.bindings.get(value) as Binding<T>;
    if (--binding.count > 0) return;
    (this.bindings as Map<T, Binding<T>>).delete(value);
    this.#values = undefined;
    prune(this);
  }
}

/** Removes a branch without bindings. A loop, as all walks are, since a topic of 20,000 tokens must not overflow the stack. */
function prune<T>(branch: Node<T>): void {
  for (let node = branch; node.parent !== undefined && node.children.size + node.bindings.size === 0; node = node.parent) {
    (node.parent.children as Map<string, Node<T>>).delete(node.token as string);
  }
}

const NONE: readonly never[] = [];

/**
 * Values by topic pattern: a trie of tokens.
 *
 * The cost of a match depends on the topic's tokens and on how many values match, not on how many are bound. Nothing is kept for a topic
 * that was matched (rule T3). A branch is removed with its last binding.
 */
export class TopicIndex<T> {
  readonly #root = new Node<T>();
  /** How many bindings there were: the order of the next one. */
  #bound = 0;

  /**
   * Binds a value to a pattern. Returns a function that takes this back, to be called once.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed pattern.
   */
  add(pattern: string, value: T): () => void {
    let node = this.#root;
    for (const token of parsePattern(pattern)) node = node.branch(token);
    node.bind(value, this.#bound++);
    return () => node.unbind(value);
  }

  /**
   * The values whose patterns match a topic, each once, in the order in which they were bound.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed topic.
   */
  match(topic: string): readonly T[] {
    const tokens = parseTopic(topic);
    let node = this.#root;
    let at = 0;
    // Up to the first wildcard there is one way, and nothing to collect.
    for (; !node.isWild; at++) {
      if (at === tokens.length) return node.values;
      const child = node.children.get(tokens[at] as string);
      if (child === undefined) return NONE;
      node = child;
    }
    const found: Node<T>[] = [];
    let nodes = [node];
    for (; at < tokens.length; at++) {
      const next: Node<T>[] = [];
      for (const { children } of nodes) {
        const rest = children.get(ANY_REST);
        if (rest !== undefined) found.push(rest);
        const any = children.get(ANY_TOKEN);
        if (any !== undefined) next.push(any);
        const exact = children.get(tokens[at] as string);
        if (exact !== undefined) next.push(exact);
      }
      nodes = next;
    }
    for (const end of nodes) if (end.bindings.size > 0) found.push(end);
    return valuesOf(found);
  }

  /**
   * The values that are bound to the topics that a pattern matches: the other direction of `match`.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed pattern.
   */
  under(pattern: string): readonly T[] {
    const tokens = parsePattern(pattern);
    let nodes = [this.#root];
    for (const token of tokens) {
      const next: Node<T>[] = [];
      for (const { children } of nodes) {
        const exact = children.get(token);
        if (token === ANY_TOKEN || token === ANY_REST) for (const child of children.values()) next.push(child);
        else if (exact !== undefined) next.push(exact);
      }
      nodes = next;
    }
    // `>` stands for one or more tokens, so all descendants count: the loop also visits the nodes that it appends.
    if (tokens.at(-1) === ANY_REST) for (const { children } of nodes) for (const child of children.values()) nodes.push(child);
    return valuesOf(nodes);
  }
}

/** The values of some nodes, each once, in the order of binding. The values of a single node are not copied. */
function valuesOf<T>(bound: readonly Node<T>[]): readonly T[] {
  if (bound.length < 2) return bound[0]?.values ?? NONE;
  const bindings: Binding<T>[] = [];
  for (const node of bound) for (const binding of node.bindings.values()) bindings.push(binding);
  bindings.sort((a, b) => a.order - b.order);
  return [...new Set(bindings.map(({ value }) => value))];
}
