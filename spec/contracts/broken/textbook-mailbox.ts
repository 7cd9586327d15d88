import type { FailureCode, Loss, MailboxMetrics, Priority } from 'rx-broker';
import { BehaviorSubject, type Observable, Subject, defer, distinctUntilChanged, of } from 'rxjs';
import { type AskUnderLaw, type MailboxSettingsUnderLaw, type MailboxUnderLaw, PRIORITIES } from '../mailbox/mailbox-under-law';

interface Entry {
  readonly message: number;
  readonly lane: number;
  readonly outcomes: ('answered' | FailureCode)[];
  isOver: boolean;
}

/**
 * A simple mailbox of arrays and loops. It keeps every law. Each of its methods can be replaced by one with a flaw, to show that the laws
 * can fail.
 */
export class TextbookMailbox implements MailboxUnderLaw {
  readonly settings: Required<MailboxSettingsUnderLaw>;
  readonly losses: Loss<number>[] = [];
  readonly handed: number[] = [];
  readonly queue: Entry[] = [];
  readonly waiting: Entry[] = [];
  readonly turns: Entry[] = [];
  /** Losses that are still to be told. */
  readonly untold: Loss<number>[] = [];
  readonly #pressure = new BehaviorSubject(0);
  readonly #lost = new Subject<Loss<number>>();
  credit = [1, 2, 4, 8];
  #onTurn: ((message: number) => void) | undefined;
  #isSeated = false;
  #isDraining = false;
  #isTelling = false;
  #isClosed = false;
  isPaused = false;
  #isTellingIdle = false;
  #hasEnded = false;
  readonly #idle = new BehaviorSubject(true);
  #accepted = 0;
  #highWaterMark = 0;

  constructor(settings: MailboxSettingsUnderLaw) {
    this.settings = { overflow: 'fail', fairness: 'weighted', concurrency: 1, maxWaiting: settings.capacity, ...settings };
  }

  get mailbox(): MailboxUnderLaw['mailbox'] {
    const { capacity } = this.settings;
    return {
      capacity,
      size: this.queue.length,
      isFull: this.isFull(),
      isClosed: this.#isClosed,
      isPaused: this.isPaused,
      pressure$: this.#pressure.pipe(distinctUntilChanged()),
      losses$: this.#lost,
      metrics: () => this.metrics(),
      idle$: this.idle$,
      close: () => this.close(),
      pause: () => this.pause(),
      resume: () => this.resume(),
      clear: () => this.clear(),
    };
  }

  attach(onTurn?: (message: number) => void): void {
    this.#isSeated = true;
    this.#onTurn = onTurn;
    this.drain();
  }

  finish(): void {
    const turn = this.turns.shift();
    if (turn === undefined) return;
    this.settle(turn, 'answered');
    this.drain();
  }

  offer(message: number, priority: Priority = 'normal'): FailureCode | undefined {
    return this.#take({ message, lane: PRIORITIES.indexOf(priority), outcomes: [], isOver: false }, false);
  }

  ask(message: number, priority: Priority = 'normal'): AskUnderLaw {
    const entry: Entry = { message, lane: PRIORITIES.indexOf(priority), outcomes: [], isOver: false };
    this.#take(entry, true);
    return { outcomes: entry.outcomes, cancel: () => this.cancel(entry) };
  }

  /** A BehaviorSubject that has completed has no value for who comes later. */
  get idle$(): Observable<boolean> {
    return defer(() => (this.#hasEnded ? of(true) : this.#idle));
  }

  // What a flaw may change ---------------------------------------------------------------------------

  isFull(): boolean {
    return this.queue.length >= this.settings.capacity;
  }

  /** The message that a newcomer pushes out; none, if all outrank the newcomer. */
  victimFor(newcomer: Entry): Entry | undefined {
    const lowest = Math.min(...this.queue.map(({ lane }) => lane));
    return lowest > newcomer.lane ? undefined : this.queue.find(({ lane }) => lane === lowest);
  }

  lose(entry: Entry, code: FailureCode): void {
    this.losses.push({ message: entry.message, code });
    this.untold.push({ message: entry.message, code });
    this.settle(entry, code);
    this.tellLosses();
  }

  /** Tells the losses. Those that an observer causes meanwhile are told by the outer call. */
  tellLosses(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.tellAll();
    this.#isTelling = false;
  }

  tellAll(): void {
    for (let loss = this.untold.shift(); loss !== undefined; loss = this.untold.shift()) this.#lost.next(loss);
  }

  settle(entry: Entry, outcome: 'answered' | FailureCode): void {
    if (!entry.isOver) entry.outcomes.push(outcome);
    entry.isOver = true;
  }

  cancel(entry: Entry): void {
    entry.isOver = true;
    for (const place of [this.queue, this.waiting, this.turns]) if (place.includes(entry)) place.splice(place.indexOf(entry), 1);
    this.admit();
    this.drain();
  }

  park(entry: Entry): FailureCode | undefined {
    if (this.waiting.length >= this.settings.maxWaiting) return 'MailboxFull';
    this.waiting.push(entry);
    return undefined;
  }

  /** Gives free places to the messages that wait. */
  admit(): void {
    while (this.waiting.length > 0 && !this.isFull()) {
      const highest = Math.max(...this.waiting.map(({ lane }) => lane));
      const at = this.waiting.findIndex(({ lane }) => lane === highest);
      this.enqueue(...this.waiting.splice(at, 1));
    }
    this.tellPressure();
  }

  nextLane(): number {
    const lanes = [3, 2, 1, 0].filter((lane) => this.queue.some((entry) => entry.lane === lane));
    if (this.settings.fairness === 'strict') return lanes[0]!;
    if (lanes.every((lane) => this.credit[lane] === 0)) this.refill();
    const lane = lanes.find((one) => this.credit[one]! > 0)!;
    this.credit[lane]!--;
    return lane;
  }

  refill(): void {
    this.credit = [1, 2, 4, 8];
  }

  takeFrom(lane: number): Entry {
    return this.queue.splice(this.queue.findIndex((entry) => entry.lane === lane), 1)[0]!;
  }

  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    while (this.#isSeated && !this.isHalted() && this.queue.length > 0 && this.turns.length < this.settings.concurrency) this.run(this.takeFrom(this.nextLane()));
    this.#isDraining = false;
    this.tellIdle();
    if (this.#isClosed && this.isIdle()) this.end();
  }

  /** Whether no further turn may begin. */
  isHalted(): boolean {
    return this.isPaused;
  }

  isIdle(): boolean {
    return this.queue.length + this.waiting.length + this.turns.length === 0;
  }

  /** Tells whether it is idle. What an observer changes meanwhile is told by the outer call. */
  tellIdle(): void {
    if (this.#isTellingIdle) return;
    this.#isTellingIdle = true;
    while (this.isIdle() !== this.#idle.value) this.#idle.next(this.isIdle());
    this.#isTellingIdle = false;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.drain();
  }

  clear(): number {
    const lost = [this.queue, this.waiting].flatMap((entries) => entries.splice(0).sort((a, b) => b.lane - a.lane));
    this.tellPressure();
    for (const entry of lost) this.lose(entry, 'Dropped');
    this.drain();
    return lost.length;
  }

  run(entry: Entry): void {
    this.handed.push(entry.message);
    this.turns.push(entry);
    this.admit();
    this.#onTurn?.(entry.message);
  }

  tellPressure(): void {
    this.#pressure.next(this.queue.length / this.settings.capacity);
  }

  close(): void {
    this.#isClosed = true;
    this.drain();
  }

  end(): void {
    this.#pressure.complete();
    this.#lost.complete();
    this.#idle.complete();
    this.#hasEnded = true;
  }

  enqueue(...entries: Entry[]): void {
    this.queue.push(...entries);
    this.#accepted += entries.length;
    this.#highWaterMark = Math.max(this.#highWaterMark, this.queue.length);
  }

  metrics(): MailboxMetrics {
    const { capacity } = this.settings;
    return {
      ...{ capacity, size: this.queue.length, highWaterMark: this.#highWaterMark, accepted: this.#accepted },
      ...{ delivered: this.handed.length, lost: this.losses.length, inFlight: this.turns.length },
    };
  }

  refusal(entry: Entry, mayWait: boolean): FailureCode | undefined {
    const { overflow } = this.settings;
    if (overflow === 'drop-newest') return 'Dropped';
    if (overflow === 'block' && mayWait) return this.park(entry);
    if (overflow !== 'drop-oldest') return 'MailboxFull';
    const victim = this.victimFor(entry);
    if (victim === undefined) return 'Dropped';
    this.queue.splice(this.queue.indexOf(victim), 1);
    this.enqueue(entry);
    this.lose(victim, 'Dropped');
    return undefined;
  }

  // --------------------------------------------------------------------------------------------------

  #take(entry: Entry, mayWait: boolean): FailureCode | undefined {
    const isDirect = this.#isSeated && !this.#isDraining && !this.isHalted() && this.queue.length === 0 && this.turns.length < this.settings.concurrency;
    let code: FailureCode | undefined;
    if (this.#isClosed) code = 'ActorStopped';
    else if (isDirect) {
      this.#accepted++;
      this.#isDraining = true;
      this.run(entry);
      this.#isDraining = false;
    } else if (this.isFull()) code = this.refusal(entry, mayWait);
    else this.enqueue(entry);
    if (code !== undefined) this.lose(entry, code);
    this.tellPressure();
    this.drain();
    return code;
  }
}
