import type { Dispatcher } from './dispatcher';
import type { Listener } from './outlet';

/** One observer of a mailbox's `idle$`, and what it was told last. */
export class IdleWatch {
  readonly #observer: Listener<boolean>;
  #last: boolean;

  constructor(observer: Listener<boolean>, last: boolean) {
    this.#observer = observer;
    this.#last = last;
  }

  /** Adds a telling to the outbox, if the observer does not know this. */
  note(isIdle: boolean, dispatcher: Dispatcher): void {
    if (isIdle === this.#last) return;
    this.#last = isIdle;
    dispatcher.add(() => this.#observer.next(isIdle));
  }

  /** The mailbox has ended, so it is idle for good. */
  end(): void {
    if (!this.#last) this.#observer.next(true);
    this.#observer.complete();
  }
}
