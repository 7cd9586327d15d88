import type { ModelMailbox } from './model-mailbox';

/** D4: the most messages of one mailbox in a row, before the next ready mailbox has its visit. */
const VISIT = 64;

/** A place in the outbox that is kept for the entries of a turn. */
export interface Place {
  readonly entries: (() => void)[];
}

/** The functions that the dispatcher calls. */
export interface Runner {
  /** Runs the next message of a mailbox. */
  runNext(mailbox: ModelMailbox): void;
  /** Called between two turns, when nothing is left to tell. Returns whether there is something to tell now. */
  noteIdle(): boolean;
  /** Called when nothing is left to tell or to run. Returns whether it has changed anything. */
  atRest(): boolean;
}

/** D0 as two lists: the entries that are still to be told, and the mailboxes that are ready. */
export class ModelDispatcher {
  /** Whether a step is on the stack. If so, another step only changes the state. */
  isBusy = false;
  readonly #runner: Runner;
  #outbox: (() => void)[] = [];
  readonly #ready: ModelMailbox[] = [];
  /** Those of `#ready` that were idle when they got a message from outside, which runs at once. */
  readonly #atOnce = new Set<ModelMailbox>();
  #visited: ModelMailbox | undefined;
  #place: Place | undefined;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** Changes the state. The outermost step then tells the outbox, and runs the ready mailboxes. */
  step<T>(change: () => T): T {
    if (this.isBusy) return change();
    this.isBusy = true;
    const result = change();
    this.#drain();
    this.isBusy = false;
    return result;
  }

  later(entry: () => void): void {
    (this.#place?.entries ?? this.#outbox).push(entry);
  }

  tellAll(): void {
    while (this.#outbox.length > 0) this.#outbox.shift()!();
  }

  /** Keeps a place in the outbox. Its entries are added before anything behind it is told. */
  keepPlace(): Place {
    const place: Place = { entries: [] };
    this.later(() => this.#outbox.unshift(...place.entries));
    return place;
  }

  /** Runs `work`, whose entries go to a place, if one is given. */
  tellAt(place: Place | undefined, work: () => void): void {
    this.#place = place;
    work();
    this.#place = undefined;
  }

  lineUp(mailbox: ModelMailbox): void {
    if (mailbox.canRun && mailbox !== this.#visited && !this.#ready.includes(mailbox)) this.#ready.push(mailbox);
  }

  /** Lines up an idle mailbox that has got a message from outside of every step. No observer of `idle$` is told before it has run. */
  lineUpAtOnce(mailbox: ModelMailbox): void {
    this.#atOnce.add(mailbox);
    this.lineUp(mailbox);
  }

  #tellBetweenTurns(): void {
    do {
      this.tellAll();
    } while (this.#atOnce.size === 0 && this.#runner.noteIdle());
  }

  #drain(): void {
    do {
      this.#tellBetweenTurns();
      for (let next = this.#ready.shift(); next !== undefined; next = this.#ready.shift()) this.#visit(next);
    } while (this.#runner.noteIdle() || this.#runner.atRest());
  }

  #visit(mailbox: ModelMailbox): void {
    let runsAtOnce = this.#atOnce.delete(mailbox);
    this.#visited = mailbox;
    for (let left = VISIT; ; left--) {
      if (!runsAtOnce) this.#tellBetweenTurns();
      runsAtOnce = false;
      if (left === 0 || !mailbox.canRun) break;
      this.#runner.runNext(mailbox);
    }
    this.#visited = undefined;
    this.lineUp(mailbox);
  }
}
