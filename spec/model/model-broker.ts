import { ModelClock } from './model-clock';
import { ModelCounts } from './model-counts';
import { ModelLetters, describeLetter } from './model-letters';
import { LOWEST_FIRST, type ModelMailbox } from './model-mailbox';
import type { ModelMessage } from './model-message';
import { ModelBindings } from './model-topics';
import type { ModelTurn } from './model-turn';
import { ModelTurns } from './model-turns';
import type { Story } from './story';
import type { Payload, Reply } from './command';

/** D4: messages of one actor in a row, before the next ready one has its visit. */
const VISIT = 64;

/** Carries out what a message makes its handler do; with the payload of what it asks, if its reply is a question. */
export type Handle = (turn: ModelTurn) => { readonly reply: Reply; readonly asked: Payload | undefined };

/** What DESIGN says of a broker, in the words of lists and loops. It imports nothing of what it is compared with. */
export class ModelBroker {
  readonly clock = new ModelClock((ring) => this.atomically(ring));
  readonly counts = new ModelCounts();
  readonly letters: ModelLetters;
  readonly actors = new Map<string, ModelMailbox>();
  readonly bindings = new ModelBindings<ModelMailbox>();
  /** Asks whose caller still waits. */
  readonly asks = new Set<ModelMessage>();
  readonly turns = new ModelTurns(this);
  /** Told of those who end. */
  readonly watchers = new Map<string, (() => void)[]>();
  isClosing = false;
  /** Closed, and its streams are over. */
  isOver = false;
  /** The rest of a message's way to many, while it is under way: whoever is told in the middle and does something finds it done. */
  #rest: (() => void) | undefined;
  readonly #ready: ModelMailbox[] = [];
  #isDraining = false;
  #atRest: (() => void)[] = [];
  #isEnding = false;

  constructor(
    readonly story: Story,
    readonly handle: Handle,
    letters: number,
    readonly onOver: () => void,
  ) {
    this.letters = new ModelLetters(letters);
  }

  /** §7: a closing broker takes what running turns send, and nothing else. */
  get isRefusing(): boolean {
    return this.isClosing && this.turns.onStack === undefined;
  }

  // Run to completion --------------------------------------------------------------------------------

  /** D2: what is sent meanwhile is queued, and runs when the stack has returned. */
  atomically(work: () => void): void {
    if (this.#isDraining) {
      work();
      return;
    }
    this.#isDraining = true;
    work();
    for (let next = this.#ready.shift(); next !== undefined; next = this.#ready.shift()) this.#visit(next);
    this.#isDraining = false;
    for (const work of this.#atRest.splice(0)) this.atomically(work);
    if (this.#isEnding && !this.isOver) {
      this.isOver = true;
      this.onOver();
    } else this.#endIfQuiet();
  }

  /** What is done once, when the stack has returned. */
  whenAtRest(work: () => void): void {
    this.#atRest.push(work);
  }

  /** R4: what is done in the middle of `steps` comes after all of them. */
  cast(steps: readonly (() => void)[], offered?: () => void): void {
    const left = [...steps];
    const rest = (): void => {
      for (let step = left.shift(); step !== undefined; step = left.shift()) step();
    };
    this.atomically(() => {
      this.#rest = rest;
      rest();
      if (this.#rest === rest) this.#rest = undefined;
      offered?.();
    });
  }

  endCast(): void {
    const rest = this.#rest;
    this.#rest = undefined;
    rest?.();
  }

  lineUp(mailbox: ModelMailbox): void {
    if (mailbox.canRun && !this.#ready.includes(mailbox)) this.#ready.push(mailbox);
  }

  #visit(mailbox: ModelMailbox): void {
    for (let left = VISIT; left > 0 && mailbox.canRun; left--) {
      const message = mailbox.takeNext();
      mailbox.admit();
      if (mailbox.isTooLate(message, this.clock.now)) this.lose(message, 'Expired');
      else this.turns.run(mailbox, message);
    }
    this.lineUp(mailbox);
  }

  // A message's way ----------------------------------------------------------------------------------

  ask(message: ModelMessage, timeout: number): void {
    message.timeout = this.clock.set(timeout, () => this.fail(message, 'Timeout'));
    this.offer(message, this.actors.get(message.target!), true);
  }

  /** Counts a message as sent. Answers why it was refused, if it was. */
  offer(message: ModelMessage, mailbox: ModelMailbox | undefined, mayWait: boolean): string | undefined {
    this.counts.sent++;
    if (message.caller !== undefined) this.asks.add(message);
    const code = this.isRefusing && message.parent === undefined ? 'BrokerClosed' : this.#take(message, mailbox, mayWait);
    if (code !== undefined) this.lose(message, code);
    return code;
  }

  lose(message: ModelMessage, code: string): void {
    this.over(message);
    this.counts.failed(code);
    this.letter(message, code);
    message.caller?.error(code);
  }

  /** Ends a message wherever it is. */
  fail(message: ModelMessage, code: string): void {
    this.atomically(() => {
      if (message.state === 'running') this.turns.abort(message.turn!, code);
      else if (this.#withdraw(message)) this.lose(message, code);
    });
  }

  /** S3: waiting or queued it leaves at once, running it is aborted. */
  cancel(message: ModelMessage): void {
    this.atomically(() => {
      if (message.state === 'running') this.turns.abort(message.turn!, undefined);
      else if (this.#withdraw(message)) {
        this.over(message);
        this.counts.failed('Cancelled');
      }
    });
  }

  over(message: ModelMessage): void {
    message.state = 'over';
    this.asks.delete(message);
    message.parent?.asks.delete(message);
    this.clock.stop(message.timeout);
  }

  letter(message: ModelMessage, reason: string): void {
    const letter = this.letters.add(message, reason);
    if (!this.isOver) this.story.letters.push(describeLetter(letter));
  }

  #take(message: ModelMessage, mailbox: ModelMailbox | undefined, mayWait: boolean): string | undefined {
    if (mailbox === undefined || mailbox.isGone) return 'ActorNotFound';
    if (mailbox.isClosed) return 'ActorStopped';
    if (mailbox.isIdle && !this.#isDraining) {
      this.atomically(() => this.turns.run(mailbox, message));
      return undefined;
    }
    if (mailbox.isFull) {
      let code: string | undefined;
      this.atomically(() => {
        this.#sweep(mailbox);
        // S3: whoever was told of what had expired may have called it off.
        if (message.caller?.isClosed === true) {
          this.over(message);
          this.counts.failed('Cancelled');
        } else code = this.#takeFull(message, mailbox, mayWait);
      });
      return code;
    }
    this.#queue(message, mailbox);
    return undefined;
  }

  #takeFull(message: ModelMessage, mailbox: ModelMailbox, mayWait: boolean): string | undefined {
    // Whoever was told that a message expired may have ended its actor.
    if (mailbox.isGone) return 'ActorNotFound';
    if (mailbox.isClosed) return 'ActorStopped';
    if (!mailbox.isFull) {
      this.#queue(message, mailbox);
      return undefined;
    }
    switch (mailbox.spec.overflow) {
      case 'fail':
        return 'MailboxFull';
      case 'drop-newest':
        return 'Dropped';
      case 'drop-oldest': {
        const victim = mailbox.takeVictim(message.priority);
        if (victim === undefined) return 'Dropped';
        this.#queue(message, mailbox);
        this.lose(victim, 'Dropped');
        return undefined;
      }
      case 'block':
        if (!mayWait || !mailbox.mayPark) return 'MailboxFull';
        message.state = 'waiting';
        message.mailbox = mailbox;
        mailbox.waiting.push(message);
        return undefined;
    }
  }

  #queue(message: ModelMessage, mailbox: ModelMailbox): void {
    this.atomically(() => {
      message.mailbox = mailbox;
      mailbox.push(message);
      this.lineUp(mailbox);
    });
  }

  /** Before a full mailbox refuses anyone: what has outlived its ttl takes no place. Those who waited get it, and may be too old already. */
  #sweep(mailbox: ModelMailbox): void {
    const { now } = this.clock;
    for (;;) {
      let found = false;
      for (const priority of LOWEST_FIRST) {
        for (let head = mailbox.head(priority); head !== undefined && mailbox.isExpired(head, now); head = mailbox.head(priority)) {
          this.fail(head, 'Expired');
          found = true;
        }
      }
      if (found) continue;
      const expired = mailbox.expired(now);
      if (expired.length === 0) return;
      for (const message of expired) this.fail(message, 'Expired');
    }
  }

  #withdraw(message: ModelMessage): boolean {
    if (message.state !== 'waiting' && message.state !== 'queued') return false;
    message.mailbox!.withdraw(message);
    this.lineUp(message.mailbox!);
    return true;
  }

  // Ends ---------------------------------------------------------------------------------------------

  /** R2: empties the mailbox and ends its turns by the table of §2, drops its bindings and frees the id. */
  unregister(mailbox: ModelMailbox, queuedCode = 'ActorNotFound', runningCode = 'ActorStopped'): void {
    if (this.actors.get(mailbox.id) !== mailbox) return;
    this.atomically(() => {
      this.actors.delete(mailbox.id);
      this.bindings.forget(mailbox);
      const taken = mailbox.takeAll();
      // The fate of all is decided before anyone is told.
      for (const message of taken) message.state = 'new';
      for (const message of taken) this.lose(message, queuedCode);
      if (this.turns.onStack?.mailbox === mailbox) this.turns.abort(this.turns.onStack, runningCode);
      for (const turn of [...mailbox.seats]) this.turns.abort(turn, runningCode);
      mailbox.isGone = true;
      for (const tell of this.watchers.get(mailbox.id)?.splice(0) ?? []) tell();
    });
  }

  /** §7: drains until nothing is queued and no turn is open, or the time is over, or it is closed again without draining; then every actor ends. */
  close(drain: boolean, timeout: number): void {
    const isFirst = !this.isClosing;
    this.isClosing = true;
    if (!drain) this.#end();
    else if (isFirst) {
      this.clock.set(timeout, () => this.#end());
      if (!this.#isDraining) this.#endIfQuiet();
    }
  }

  get pending(): number {
    let pending = 0;
    for (const { queue, waiting } of this.actors.values()) pending += queue.length + waiting.length;
    return pending;
  }

  #endIfQuiet(): void {
    if (this.isClosing && this.pending === 0 && this.turns.open.size === 0) this.#end();
  }

  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.atomically(() => {
      for (const mailbox of [...this.actors.values()]) this.unregister(mailbox, 'BrokerClosed', 'BrokerClosed');
    });
  }
}
