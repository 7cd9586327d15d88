import type { Dispatcher } from './dispatcher';
import type { Listener } from './outlet';

/** One observer of a mailbox's `idle$`, with the value that it was told last. */
export class IdleWatch {
  readonly #observer: Listener<boolean>;
  #last: boolean;

  constructor(observer: Listener<boolean>, last: boolean) {
    this.#observer = observer;
    this.#last = last;
  }

  /** Adds a telling to the outbox, if the value has changed. */
  note(isIdle: boolean, dispatcher: Dispatcher): void {
    if (isIdle === this.#last) return;
    this.#last = isIdle;
    dispatcher.add(() => this.#observer.next(isIdle));
  }

  /** Tells that the mailbox is idle for good, since it has ended. */
  end(): void {
    if (!this.#last) this.#observer.next(true);
    this.#observer.complete();
  }
}
