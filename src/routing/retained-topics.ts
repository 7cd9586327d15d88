import { describeValue } from '../failure/check';
import { ANY_REST, ANY_TOKEN, parsePattern, parseTopic } from '../message/topic-pattern';

/** A topic's last value. */
export interface Retained {
  readonly topic: string;
  readonly message: unknown;
}

/** The last value of topics that were published with `retain` (rule T4), found by topic or by pattern. */
export class RetainedTopics {
  readonly maxRetained: number;
  /** In the order in which topics first had a value. */
  readonly #messages = new Map<string, unknown>();

  constructor(maxRetained: number) {
    this.maxRetained = maxRetained;
  }

  get size(): number {
    return this.#messages.size;
  }

  /**
   * @throws {BrokerError} `RoutingFailed` for a malformed topic.
   * @throws {RangeError} when this would be one topic more than `maxRetained`; nothing is changed.
   */
  set(topic: string, message: unknown): void {
    parseTopic(topic);
    if (this.size >= this.maxRetained && !this.#messages.has(topic)) {
      throw new RangeError(`maxRetained is ${this.maxRetained}, and ${describeValue(topic)} would be one more; raise it, or clearRetained(topic)`);
    }
    this.#messages.set(topic, message);
  }

  get(topic: string): unknown {
    return this.#messages.get(topic);
  }

  delete(topic: string): void {
    this.#messages.delete(topic);
  }

  clear(): void {
    this.#messages.clear();
  }

  /**
   * Those that match a pattern, in the order in which their topics first had a value. One with a wildcard is held against every topic,
   * once for each subscription; most are told by their beginning. For that a publication pays for no index.
   */
  match(pattern: string): readonly Retained[] {
    const tokens = parsePattern(pattern);
    const wildcard = pattern.search(/[*>]/);
    const retained = (topic: string): Retained => ({ topic, message: this.#messages.get(topic) });
    if (wildcard < 0) return this.#messages.has(pattern) ? [retained(pattern)] : [];
    const beginning = pattern.slice(0, wildcard);
    return [...this.#messages.keys()].filter((topic) => topic.startsWith(beginning) && matches(tokens, topic)).map(retained);
  }
}

function matches(pattern: readonly string[], topic: string): boolean {
  const tokens = topic.split('.');
  const isOpen = pattern.at(-1) === ANY_REST;
  if (isOpen ? tokens.length < pattern.length : tokens.length !== pattern.length) return false;
  return pattern.every((token, depth) => token === ANY_TOKEN || token === ANY_REST || token === tokens[depth]);
}
