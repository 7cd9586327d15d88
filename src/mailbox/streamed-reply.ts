import { Subscriber } from 'rxjs';
import type { Turn } from './turn';

/** Listens to the stream that a handler returned. A Subscriber, so that even a synchronous stream can be stopped half way. */
export class StreamedReply extends Subscriber<unknown> {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    super();
    this.#turn = turn;
  }

  protected override _next(value: unknown): void {
    this.#turn.value(value);
  }

  protected override _error(error: unknown): void {
    this.unsubscribe();
    this.#turn.reject(error);
  }

  protected override _complete(): void {
    this.unsubscribe();
    this.#turn.settle(undefined, false);
  }
}
