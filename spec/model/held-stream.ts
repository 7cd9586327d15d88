import { Observable, Subject } from 'rxjs';
import type { Settlement } from './command';

/** A stream that later commands settle. */
export class HeldStream {
  readonly stream: Observable<unknown>;
  readonly #name: string;
  readonly #subject = new Subject<unknown>();
  #isOver = false;

  /** `tornDown` is called when the stream is unsubscribed before its end. */
  constructor(name: string, tornDown: () => void) {
    this.#name = name;
    this.stream = new Observable((subscriber) => {
      const subscription = this.#subject.subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
        if (!this.#isOver) tornDown();
      };
    });
  }

  settle(how: Settlement): void {
    if (how !== 'value') this.#isOver = true;
    if (how === 'value') this.#subject.next(`streamed by ${this.#name}`);
    else if (how === 'complete') this.#subject.complete();
    else this.#subject.error(new Error(`failed by ${this.#name}`));
  }
}
