import type { ModelActors } from './model-actors';
import type { ModelCaster } from './model-caster';
import type { ModelCore } from './model-core';

/** The end of a broker (DESIGN §7). */
export class ModelClosing {
  readonly #core: ModelCore;
  readonly #actors: ModelActors;
  readonly #caster: ModelCaster;
  #isOver = false;

  constructor(core: ModelCore, actors: ModelActors, caster: ModelCaster) {
    this.#core = core;
    this.#actors = actors;
    this.#caster = caster;
  }

  /** Drains until nothing waits and no turn is open, or the time is over, or it is closed again without draining. */
  close(drain: boolean, timeout: number): void {
    const core = this.#core;
    const isFirst = !core.isClosing;
    core.isClosing = true;
    core.dispatcher.step(() => {
      if (!drain) this.#end();
    });
    if (drain && isFirst && !core.isEnding) core.clock.set(timeout, () => core.dispatcher.step(() => this.#end()));
  }

  /** Nothing is left to tell or to run. Answers whether something has been changed. */
  atRest(): boolean {
    const core = this.#core;
    if (core.isClosing && !core.isEnding && core.pending === 0 && core.turns.size === 0) this.#end();
    else if (core.isEnding && !this.#isOver) this.#over();
    else return false;
    return true;
  }

  /** Every actor ends in one step. */
  #end(): void {
    if (!this.#core.isEnding) this.#actors.endAll();
  }

  /** Everything is told of that: the last event, then every stream completes. */
  #over(): void {
    const core = this.#core;
    const { events, deadLetters, queue } = core.journal;
    this.#isOver = true;
    core.journal.eventOf('closed', undefined);
    events.complete();
    deadLetters.complete();
    core.dispatcher.later(() => (core.isQueueOver = true));
    queue.complete();
    this.#caster.over();
  }
}
