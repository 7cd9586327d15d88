import { type MonoTypeOperatorFunction, type Observable, type OperatorFunction, type Subscription, mergeMap, tap } from 'rxjs';
import type { EngineActor } from '../desk-engine';

/**
 * One subscription of the bus, with counts for the screen. The bus does not count, and has no place to look at: what `mergeMap` holds back is
 * nowhere to be seen.
 */
export class Stage<In, Out> {
  #received = 0;
  #begun = 0;
  #ended = 0;
  #diedOf: string | undefined;
  readonly #subscription: Subscription;

  /** Works on `source$`, on as many at a time as `concurrency` says, as `source$.pipe(mergeMap(work, concurrency)).subscribe(next)` does. */
  constructor(
    readonly name: string,
    source$: Observable<In>,
    work: (value: In) => Observable<Out>,
    concurrency: number,
    next: (result: Out) => void = () => undefined,
  ) {
    source$.subscribe(() => this.#received++);
    this.#subscription = source$.pipe(this.#counted(work, concurrency)).subscribe({
      next,
      // An error of one message is the end of the subscription, for all messages that come. Without this line it would be an uncaught error as well.
      error: (error: unknown) => (this.#diedOf = error instanceof Error ? error.message : String(error)),
    });
  }

  counts(): EngineActor {
    return {
      name: this.name,
      depth: this.#received - this.#begun,
      capacity: Infinity,
      inFlight: this.#diedOf === undefined ? this.#begun - this.#ended : 0,
      turns: this.#begun,
      losses: {},
      ...(this.#diedOf !== undefined && { diedOf: this.#diedOf }),
    };
  }

  close(): void {
    this.#subscription.unsubscribe();
  }

  #counted(work: (value: In) => Observable<Out>, concurrency: number): OperatorFunction<In, Out> {
    const end: MonoTypeOperatorFunction<Out> = tap({ complete: () => this.#ended++ });
    return mergeMap((value) => {
      this.#begun++;
      return work(value).pipe(end);
    }, concurrency);
  }
}
