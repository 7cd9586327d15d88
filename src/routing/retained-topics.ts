import { ANY_REST, ANY_TOKEN, parsePattern, parseTopic } from '../message/topic-pattern';

/** A topic's last value. */
export interface Retained {
  readonly topic: string;
  readonly message: unknown;
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
  readonly #values = new Map<string, { message: unknown; readonly order: number }>();
  readonly #root = new Branch();
  #kept = 0;

  constructor(maxRetained: number) {
    this.maxRetained = maxRetained;
  }

  get size(): number {
    return this.#values.size;
  }

  /** @throws {RangeError} when this would be one topic more than `maxRetained`; nothing is changed. */
  set(topic: string, message: unknown): void {
    const value = this.#values.get(topic);
    if (value !== undefined) {
      value.message = message;
      return;
    }
    if (this.size >= this.maxRetained) {
      throw new RangeError(
        `maxRetained is ${this.maxRetained}, and as many topics are retained already: '${topic}' would be one more; raise it, or clearRetained(topic)`,
      );
    }
    let branch = this.#root;
    for (const token of parseTopic(topic)) {
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
    const found: string[] = [];
    collect(this.#root, parsePattern(pattern), 0, found);
    return found
      .map((topic) => ({ topic, ...(this.#values.get(topic) as { message: unknown; order: number }) }))
      .sort((a, b) => a.order - b.order);
  }
}

function collect(branch: Branch, tokens: readonly string[], depth: number, found: string[]): void {
  if (depth === tokens.length) {
    if (branch.topic !== undefined) found.push(branch.topic);
    return;
  }
  const token = tokens[depth] as string;
  if (token === ANY_REST) for (const child of branch.children.values()) collectAll(child, found);
  else if (token === ANY_TOKEN) for (const child of branch.children.values()) collect(child, tokens, depth + 1, found);
  else {
    const child = branch.children.get(token);
    if (child !== undefined) collect(child, tokens, depth + 1, found);
  }
}

function collectAll(branch: Branch, found: string[]): void {
  if (branch.topic !== undefined) found.push(branch.topic);
  for (const child of branch.children.values()) collectAll(child, found);
}
