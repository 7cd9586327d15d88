import type { ModelDispatcher } from './model-dispatcher';
import type { ModelListener } from './model-stream';

/** The observers of the events of some actors. */
export class ModelSomeEvents {
  readonly #dispatcher: ModelDispatcher;
  /** The observers of each actor, in the order in which it began to be observed. */
  readonly #byActor = new Map<string, readonly ModelListener[]>();
  #isOver = false;

  constructor(dispatcher: ModelDispatcher) {
    this.#dispatcher = dispatcher;
  }

  add(ids: readonly string[], listener: ModelListener): void {
    if (this.#isOver) {
      listener.complete();
      return;
    }
    for (const id of new Set(ids)) {
      const open = this.#openListeners(id);
      if (open.length === 0) this.#byActor.delete(id);
      this.#byActor.set(id, [...open, listener]);
    }
  }

  next(id: string | undefined, line: string): void {
    const listeners = id === undefined ? [] : this.#openListeners(id);
    if (listeners.length === 0) return;
    this.#dispatcher.later(() => {
      for (const listener of listeners) if (!listener.closed) listener.next(line);
    });
  }

  /** From now on a newcomer is completed at once. */
  refuse(): void {
    this.#isOver = true;
  }

  complete(): void {
    this.#dispatcher.later(() => {
      for (const listener of [...this.#byActor.values()].flat()) if (!listener.closed) listener.complete();
    });
  }

  #openListeners(id: string): readonly ModelListener[] {
    return (this.#byActor.get(id) ?? []).filter(({ closed }) => !closed);
  }
}
