import { describeValue } from '../failure/check';
import { ANY_REST, ANY_TOKEN, parsePattern, parseTopic } from '../message/topic-pattern';

/** A topic's last value. */
export interface Retained {
  readonly topic: string;
  readonly message: unknown;
}

interface Value {
  message: unknown;
  readonly order: number;
}

class Branch {
  readonly children = new Map<string, Branch>();
  /** The topic that ends here, if it has a value. */
  topic: string | undefined;
}

/** The last value of topics that were published with `retain` (rule T4), found by topic or by pattern. */
export class RetainedTopics {
  readonly maxRetained: number;
  /** In the order in which topics first had a value. */
  readonly #values = new Map<string, Value>();
  readonly #root = new Branch();
  #kept = 0;

  constructor(maxRetained: number) {
    this.maxRetained = maxRetained;
  }

  get size(): number {
    return this.#values.size;
  }

  /**
   * @throws {BrokerError} `RoutingFailed` for a malformed topic.
   * @throws {RangeError} when this would be one topic more than `maxRetained`; nothing is changed.
   */
  set(topic: string, message: unknown): void {
    const value = this.#values.get(topic);
    if (value !== undefined) {
      value.message = message;
      return;
    }
    const tokens = parseTopic(topic);
    if (this.size >= this.maxRetained) {
      throw new RangeError(
        `maxRetained is ${this.maxRetained}, and as many topics are retained already: ${describeValue(topic)} would be one more; raise it, or clearRetained(topic)`,
      );
    }
    let branch = this.#root;
    for (const token of tokens) {
      let child = branch.children.get(token);
      if (child === undefined) branch.children.set(token, (child = new Branch()));
      branch = child;
    }
    branch.topic = topic;
    this.#values.set(topic, { message, order: this.#kept++ });
  }

  get(topic: string): unknown {
    return this.#values.get(topic)?.message;
  }

  delete(topic: string): void {
    if (!this.#values.delete(topic)) return;
    const tokens = parseTopic(topic);
    const path = [this.#root];
    for (const token of tokens) path.push((path.at(-1) as Branch).children.get(token) as Branch);
    (path.at(-1) as Branch).topic = undefined;
    for (let depth = tokens.length; depth > 0; depth--) {
      const branch = path[depth] as Branch;
      if (branch.topic !== undefined || branch.children.size > 0) return;
      (path[depth - 1] as Branch).children.delete(tokens[depth - 1] as string);
    }
  }

  clear(): void {
    this.#values.clear();
    this.#root.children.clear();
  }

  /** Those that match a pattern, in the order in which their topics first had a value. */
  match(pattern: string): readonly Retained[] {
    const tokens = parsePattern(pattern);
    if (!tokens.includes(ANY_TOKEN) && !tokens.includes(ANY_REST)) {
      const value = this.#values.get(pattern);
      return value === undefined ? [] : [{ topic: pattern, message: value.message }];
    }
    return topicsUnder(this.#root, tokens)
      .map((topic) => ({ topic, value: this.#values.get(topic) as Value }))
      .sort((a, b) => a.value.order - b.value.order)
      .map(({ topic, value: { message } }) => ({ topic, message }));
  }
}

/** The topics that match, in no order. Loops, as the index has: depth is the publisher's to choose. */
function topicsUnder(root: Branch, tokens: readonly string[]): string[] {
  const topics: string[] = [];
  let branches = [root];
  for (const token of tokens) {
    const next: Branch[] = [];
    for (const { children } of branches) {
      const exact = children.get(token);
      if (token === ANY_TOKEN || token === ANY_REST) for (const child of children.values()) next.push(child);
      else if (exact !== undefined) next.push(exact);
    }
    branches = next;
  }
  // One token at least, and all there is below: the loop reaches what it appends.
  if (tokens.at(-1) === ANY_REST) for (const branch of branches) for (const child of branch.children.values()) branches.push(child);
  for (const { topic } of branches) if (topic !== undefined) topics.push(topic);
  return topics;
}
