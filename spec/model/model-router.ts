import type { ModelMailbox } from './model-mailbox';
import type { ModelBindings } from './model-topics';

/** T2, round robin: picks the first open actor of a topic that was never picked, else the one picked longest ago. */
export class ModelRouter {
  readonly #bindings: ModelBindings<ModelMailbox>;
  /** The ids that were picked, the one picked longest ago first. */
  #picked: string[] = [];

  constructor(bindings: ModelBindings<ModelMailbox>) {
    this.#bindings = bindings;
  }

  pick(topic: string): string | undefined {
    const bound = this.#bindings.match(topic).filter(({ isClosed }) => !isClosed);
    const ids = bound.map(({ id }) => id!);
    const chosen = ids.find((id) => !this.#picked.includes(id)) ?? this.#picked.find((id) => ids.includes(id));
    if (chosen === undefined) return undefined;
    this.#picked = [...this.#picked.filter((id) => id !== chosen), chosen];
    return chosen;
  }
}
