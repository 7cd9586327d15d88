import type { Listener } from './listener';
import type { ModelDispatcher } from './model-dispatcher';
import type { ModelMailbox } from './model-mailbox';

/** An observer of `idle$`, with the value that it was told last. */
interface Watch {
  readonly observer: Listener;
  last: boolean;
}

/** The observers of `idle$`. Each is told the current value, then each change, when nothing else is left to tell. */
export class ModelIdle {
  readonly #dispatcher: ModelDispatcher;
  readonly #watches = new Map<ModelMailbox, Watch[]>();
  /** The registered mailboxes that are watched, in the order in which that began. */
  #watched: readonly ModelMailbox[] = [];
  /** The mailboxes whose leaving is being told, or is still to be. */
  readonly #leaving = new Set<ModelMailbox>();

  constructor(dispatcher: ModelDispatcher) {
    this.#dispatcher = dispatcher;
  }

  watch(mailbox: ModelMailbox, observer: Listener): void {
    const { isEnded, isQuiet } = mailbox;
    if (!isEnded) {
      const watches = this.#openWatches(mailbox);
      if (watches.length === 0) this.#forget(mailbox);
      this.#watches.set(mailbox, [...watches, { observer, last: isQuiet }]);
      this.entered(mailbox);
    }
    const tellNow = (): void => {
      observer.next(`${isQuiet}`);
      if (isEnded && !observer.closed) observer.complete();
    };
    // A mailbox that has left its broker has its own outbox.
    if (mailbox.id === undefined) tellNow();
    else this.#dispatcher.step(tellNow);
  }

  /** A mailbox may have been registered. */
  entered(mailbox: ModelMailbox): void {
    if (mailbox.id === undefined) return;
    if (!this.#watched.includes(mailbox) && this.#openWatches(mailbox).length > 0) this.#watched = [...this.#watched, mailbox];
  }

  /** A mailbox has left the broker. The observers of `idle$` are told when all of that has been told. */
  left(mailbox: ModelMailbox): void {
    this.#forget(mailbox);
    this.#leaving.add(mailbox);
    this.#dispatcher.later(() => {
      this.#leaving.delete(mailbox);
      this.noteAlone(mailbox);
    });
  }

  /** Called when nothing else is left to tell. Returns whether something is to be told. */
  note(): boolean {
    let hasChanged = false;
    for (const mailbox of this.#watched) {
      const { isQuiet } = mailbox;
      for (const watch of this.#changed(mailbox)) {
        hasChanged = true;
        this.#dispatcher.later(() => tell(watch, isQuiet));
      }
    }
    return hasChanged;
  }

  /** A mailbox without a broker has its own outbox, so its observers are told now. */
  noteAlone(mailbox: ModelMailbox): void {
    if (mailbox.id !== undefined || this.#leaving.has(mailbox)) return;
    // What an observer causes is told when all have been told.
    this.#leaving.add(mailbox);
    let changed: Watch[];
    while (mailbox.id === undefined && (changed = this.#changed(mailbox)).length > 0) for (const watch of changed) tell(watch, watch.last);
    this.#leaving.delete(mailbox);
  }

  /** A mailbox has ended: it is idle for good. `atOnce`: it has left its broker, and has its own outbox. */
  end(mailbox: ModelMailbox, atOnce: boolean): void {
    const tellEnd = (): void => {
      for (const watch of this.#openWatches(mailbox)) {
        if (!watch.last) tell(watch, true);
        if (!watch.observer.closed) watch.observer.complete();
      }
    };
    if (atOnce) tellEnd();
    else this.#dispatcher.later(tellEnd);
  }

  #forget(mailbox: ModelMailbox): void {
    this.#watched = this.#watched.filter((one) => one !== mailbox);
  }

  /** The watches of a mailbox that are still to be told its state. */
  #changed(mailbox: ModelMailbox): Watch[] {
    const { isQuiet } = mailbox;
    const changed = this.#openWatches(mailbox).filter(({ last }) => last !== isQuiet);
    for (const watch of changed) watch.last = isQuiet;
    return changed;
  }

  #openWatches(mailbox: ModelMailbox): Watch[] {
    return (this.#watches.get(mailbox) ?? []).filter(({ observer }) => !observer.closed);
  }
}

function tell({ observer }: Watch, isIdle: boolean): void {
  if (!observer.closed) observer.next(`${isIdle}`);
}
