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

  /** Drains until no message waits and no turn is open, the timeout is over, or the broker is closed again with `drain: false`. */
  close(drain: boolean, timeout: number): void {
    const core = this.#core;
    const isFirst = !core.isClosing;
    core.isClosing = true;
    core.dispatcher.step(() => {
      if (!drain) this.#end();
    });
    if (drain && isFirst && !core.isEnding) core.clock.set(timeout, () => core.dispatcher.step(() => this.#end()));
  }

  /** Called when nothing is left to tell or to run. Returns whether it has changed anything. */
  atRest(): boolean {
    const core = this.#core;
    if (core.isClosing && !core.isEnding && core.pending === 0 && core.turns.size === 0) this.#end();
    else if (core.isEnding && !this.#isOver) this.#over();
    else return false;
    return true;
  }

  /** Ends every actor in one step. */
  #end(): void {
    if (!this.#core.isEnding) this.#actors.endAll();
  }

  /** When all of that is told: tells the last event, then completes every stream. */
  #over(): void {
    const core = this.#core;
    this.#isOver = true;
    core.journal.end(() => (core.isQueueOver = true));
    this.#caster.over();
  }
}
