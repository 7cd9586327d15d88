import type { ModelCore } from './model-core';
import type { ModelMailbox } from './model-mailbox';
import type { ModelMessage } from './model-message';
import type { ModelTurn } from './model-turn';

/** The ends of a message that its own handler does not bring about, by the table of DESIGN §2. */
export class ModelEnds {
  readonly #core: ModelCore;
  /** The mailboxes that may have ended, while one end causes others. */
  #touched: ModelMailbox[] | undefined;

  constructor(core: ModelCore) {
    this.#core = core;
  }

  /** Ends a message that no handler saw. Tells its event, its letter, the loss, and its caller. */
  lose(message: ModelMessage, code: string, mailbox?: ModelMailbox): void {
    const { journal } = this.#core;
    this.over(message);
    journal.failed(message, code);
    journal.letter(message, code);
    if (mailbox !== undefined) {
      mailbox.lost++;
      mailbox.losses.next(`${message.payload.n}: ${code}`);
    }
    this.#core.tellCaller(message, (caller) => caller.error(code));
  }

  /** Ends a message that an interceptor has refused. It is a dead letter only if nobody waits for it. */
  refuse(message: ModelMessage): void {
    const { journal } = this.#core;
    this.over(message);
    journal.failed(message, 'Rejected');
    if (!message.asked) journal.letter(message, 'Rejected');
    this.#core.tellCaller(message, (caller) => caller.error('Rejected'));
  }

  /** Drops all messages that are queued or wait. Returns how many. */
  clear(mailbox: ModelMailbox): number {
    return this.#core.dispatcher.step(() => {
      const left = mailbox.takeAll();
      if (left.length > 0) mailbox.pressure.next(`${mailbox.level}`);
      for (const message of left) this.lose(message, 'Dropped', mailbox);
      this.checkDrained(mailbox);
      return left.length;
    });
  }

  /** Ends a message in any state, with a code. */
  fail(message: ModelMessage, code: string): void {
    this.#together(() => {
      if (message.state === 'running') this.abort(message.turn!, code);
      else if (this.#withdraw(message)) this.lose(message, code, message.mailbox);
    });
  }

  /**
   * S3: a waiting message leaves at once, a turn is aborted, a stream that has served its caller is torn down. `error`: the error for the
   * caller, unless the caller has left by itself.
   */
  cancel(message: ModelMessage, error?: string): void {
    const { turn, caller, isAnswered } = message;
    this.#together(() => {
      if (message.state === 'running') {
        if (isAnswered && caller?.holdsBack !== true && turn!.state === 'open') this.#served(turn!, error);
        else this.abort(turn!, undefined, error);
      } else if (this.#withdraw(message)) {
        this.over(message);
        this.#core.journal.failed(message, 'Cancelled');
        if (error !== undefined) this.#core.tellCaller(message, (told) => told.error(error));
      }
    });
  }

  /**
   * Ends a turn from outside, with a code or because its caller has cancelled it. M4: its promise keeps the seat. S3: the turn on the stack
   * ends when its handler has returned; the place in the outbox for telling this is kept now.
   */
  abort(turn: ModelTurn, code: string | undefined, error = code && `${code}, started`): void {
    if (turn.state === 'on stack') turn.cut ??= { code, error, place: this.#core.dispatcher.keepPlace() };
    if (turn.state !== 'open') return;
    this.end(turn, turn.isPromise ? 'abandoned' : 'over');
    this.#core.dispatcher.lineUp(turn.mailbox);
    this.tellAborted(turn, code, error);
  }

  /**
   * Counts an aborted turn, and tells its event, its letter, its signal, its stream, its caller, at its place in the outbox if it has one.
   * Then its asks end (M4): they are cancelled, and their callers get the same error. If the broker ends, they end with `BrokerClosed`.
   */
  tellAborted(turn: ModelTurn, code: string | undefined, error = code && `${code}, started`): void {
    const { journal, dispatcher } = this.#core;
    const { message, cut } = turn;
    turn.isAborted = true;
    journal.totalAborted++;
    this.over(message);
    dispatcher.tellAt(cut?.place, () => {
      journal.event('settled', message, `: aborted ${code ?? 'Cancelled'}${error === undefined ? '' : ` (${error})`}`);
      if (code !== undefined && !message.asked) journal.letter(message, code, error);
      if (turn.held !== undefined) this.#core.tell('abort', `${message.payload.n}: ${error ?? 'cancelled'}`);
      this.#tearDown(turn);
      if (error !== undefined) this.#core.tellCaller(message, (caller) => caller.error(error));
    });
    this.#together(() => {
      if (turn.mailbox.id !== undefined) this.checkDrained(turn.mailbox);
      for (const ask of [...turn.asks]) {
        if (code === 'BrokerClosed') this.fail(ask, code);
        else this.cancel(ask, error ?? 'ActorStopped, started');
      }
    });
  }

  /** Sets the last state of a turn. An `abandoned` turn still holds its seat. */
  end(turn: ModelTurn, state: 'abandoned' | 'over'): void {
    const { turns, clock } = this.#core;
    turn.state = state;
    turns.delete(turn);
    clock.stop(turn.timeout);
    const { seats } = turn.mailbox;
    if (state === 'over' && seats.includes(turn)) seats.splice(seats.indexOf(turn), 1);
  }

  over(message: ModelMessage): void {
    const { parent, timeout } = message;
    message.state = 'over';
    this.#core.asks.delete(message);
    this.#core.clock.stop(timeout);
    if (parent !== undefined) parent.asks = parent.asks.filter((ask) => ask !== message);
  }

  /** Ends a closed mailbox if nothing is queued in it and no seat is taken. A mailbox that has left its broker has its own outbox. */
  checkDrained(mailbox: ModelMailbox, hasLeft = false): void {
    if (this.#touched !== undefined) {
      this.#touched.push(mailbox);
      return;
    }
    if (!mailbox.isClosed || mailbox.isEnded || mailbox.isLeaving || !mailbox.isAtRest || mailbox.queue.length > 0) return;
    mailbox.isEnded = true;
    this.stop(mailbox, 'closed');
    mailbox.losses.complete(hasLeft);
    mailbox.pressure.complete(hasLeft);
    this.#core.idle.end(mailbox, hasLeft);
  }

  /** M9: calls `onStop` once for each life that has started. */
  stop(mailbox: ModelMailbox, reason: string): void {
    const { start } = mailbox;
    mailbox.start = mailbox.consumer === 'actor' ? 'due' : 'done';
    if (mailbox.consumer === 'actor' && start !== 'due') this.#core.tell('stop', `${mailbox.number}: ${reason}`);
  }

  /** Runs `work`. The ends of closed mailboxes are told after everything that it causes. */
  #together(work: () => void): void {
    if (this.#touched !== undefined) {
      work();
      return;
    }
    const touched: ModelMailbox[] = (this.#touched = []);
    work();
    this.#touched = undefined;
    for (const mailbox of touched) this.checkDrained(mailbox);
  }

  /** Takes a queued or waiting message out. Returns false if it is neither. */
  #withdraw(message: ModelMessage): boolean {
    const { state, mailbox } = message;
    if (state !== 'waiting' && state !== 'queued') return false;
    mailbox!.takeOut(message);
    if (state === 'queued') mailbox!.pressure.next(`${mailbox!.level}`);
    this.#core.dispatcher.lineUp(mailbox!);
    this.checkDrained(mailbox!);
    return true;
  }

  /** S2: ends the turn of a caller that has left a stream after a value: it was served. */
  #served(turn: ModelTurn, error: string | undefined): void {
    const { journal, dispatcher } = this.#core;
    this.end(turn, 'over');
    journal.totalSucceeded++;
    this.over(turn.message);
    journal.event('settled', turn.message, ': succeeded');
    this.#tearDown(turn);
    if (error !== undefined) this.#core.tellCaller(turn.message, (caller) => caller.error(error));
    dispatcher.lineUp(turn.mailbox);
    this.checkDrained(turn.mailbox);
  }

  #tearDown({ held, streamedAsk, message }: ModelTurn): void {
    if (held?.kind !== 'stream' && streamedAsk === undefined) return;
    this.#core.dispatcher.later(() => {
      if (streamedAsk !== undefined) this.cancel(streamedAsk);
      else if (held!.isHeard && held!.end === undefined) this.#core.host.tell('teardown', `${message.payload.n}`);
    });
  }
}
