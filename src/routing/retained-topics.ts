import { describeValue } from '../failure/check';
import { parseTopic } from '../message/topic-pattern';
import { TopicIndex } from './topic-index';

/** A topic's retained message, as a later observer gets it. */
export interface Retained {
  readonly topic: string;
  readonly message: unknown;
  readonly retained: true;
}

/** The last message of each topic that was published with `retain` (rule T4), found by topic or by pattern. */
export class RetainedTopics {
  readonly maxRetained: number;
  readonly #values = new Map<string, { message: unknown; readonly remove: () => void }>();
  /** The topics that have a message, by pattern. */
  readonly #topics = new TopicIndex<string>();

  constructor(maxRetained: number) {
    this.maxRetained = maxRetained;
  }

  get size(): number {
    return this.#values.size;
  }

  /**
   * Retains a topic's message.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed topic.
   * @throws {RangeError} if this would be one topic more than `maxRetained`. Nothing is changed then.
   */
  set(topic: string, message: unknown): void {
    const value = this.#values.get(topic);
    if (value !== undefined) {
      value.message = message;
      return;
    }
    parseTopic(topic);
    if (this.size >= this.maxRetained) {
      throw new RangeError(
        `maxRetained is ${this.maxRetained}, and as many topics are retained already: ${describeValue(topic)} would be one more; raise it, or clearRetained(topic)`,
      );
    }
    this.#values.set(topic, { message, remove: this.#topics.add(topic, topic) });
  }

  get(topic: string): unknown {
    return this.#values.get(topic)?.message;
  }

  delete(topic: string): void {
    this.#values.get(topic)?.remove();
    this.#values.delete(topic);
  }

  clear(): void {
    for (const topic of this.#values.keys()) this.delete(topic);
  }

  /** The messages of the topics that match a pattern, in the order in which the topics were first retained. */
  match(pattern: string): readonly Retained[] {
    return this.#topics.under(pattern).map((topic) => ({ topic, message: this.get(topic), retained: true }));
  }
}
