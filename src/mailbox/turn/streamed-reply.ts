import { Subscriber } from 'rxjs';
import { describeValue } from '../../failure/check';
import type { Turn } from './turn';

/** What a stream can make of its turn. */
interface Outcome {
  emitReply(turn: Turn, value: unknown): void;
  settle(turn: Turn, value: unknown, emits: boolean): void;
  reject(turn: Turn, error: unknown): void;
}

/** Listens to the stream that a handler returned. A Subscriber, so that even a synchronous stream can be stopped half way. */
export class StreamedReply extends Subscriber<unknown> {
  readonly #turn: Turn;
  readonly #outcome: Outcome;

  constructor(turn: Turn, outcome: Outcome) {
    super();
    this.#turn = turn;
    this.#outcome = outcome;
  }

  /** Unsubscribes. What a teardown throws is told, and stops nothing. */
  end(): void {
    try {
      this.unsubscribe();
    } catch (error) {
      const { core, self } = this.#turn;
      core.runQueue.dispatch.journal.callbackFailed(`the teardown of a reply of ${describeValue(self)}`, error);
    }
  }

  protected override _next(value: unknown): void {
    this.#outcome.emitReply(this.#turn, value);
  }

  protected override _error(error: unknown): void {
    this.#over(() => this.#outcome.reject(this.#turn, error));
  }

  protected override _complete(): void {
    this.#over(() => this.#outcome.settle(this.#turn, undefined, false));
  }

  /** Settled before its teardown is called, as RxJS has it: that may end the actor, or its caller. */
  #over(settle: () => void): void {
    this.#turn.core.runQueue.dispatch.within(() => {
      settle();
      this.end();
    }, true);
  }
}
