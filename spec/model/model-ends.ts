import type { ModelCore } from './model-core';
import type { ModelMailbox } from './model-mailbox';
import type { ModelMessage } from './model-message';
import type { ModelTurn } from './model-turn';

/** Every end of a message but that of its own handler: the table of DESIGN §2. */
export class ModelEnds {
  readonly #core: ModelCore;
  /** Mailboxes that may have ended, while one end brings about others. */
  #touched: ModelMailbox[] | undefined;

  constructor(core: ModelCore) {
    this.#core = core;
  }

  /** A message that no handler saw: its event, its letter, the losses of the mailbox that lost it, its caller. */
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

  /** Ends a message with a code wherever it is. */
  fail(message: ModelMessage, code: string): void {
    this.#together(() => {
      if (message.state === 'running') this.abort(message.turn!, code);
      else if (this.#withdraw(message)) this.lose(message, code, message.mailbox);
    });
  }

  /**
   * S3: a message that waits leaves at once, a turn is aborted, a stream that has served its caller is torn down. `error`: what its caller
   * gets, where that has not left by itself.
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
   * Ends a turn from outside: with a code, or because its caller cancelled. M4: its promise keeps the seat. S3: the turn on the stack ends
   * when its handler has returned, and the tellings of that have their place here.
   */
  abort(turn: ModelTurn, code: string | undefined, error = code && `${code}, started`): void {
    if (turn.state === 'on stack') turn.cut ??= { code, error, place: this.#core.dispatcher.keepPlace() };
    if (turn.state !== 'open') return;
    this.end(turn, turn.isPromise ? 'abandoned' : 'over');
    this.#core.dispatcher.lineUp(turn.mailbox);
    this.tellAborted(turn, code, error);
  }

  /**
   * Counts an aborted turn, and tells its event, its letter, its signal, its stream, its caller. Then its asks end (M4): they are
   * cancelled, and their callers get the same error. Where the broker ends, an ask ends as everything does.
   */
  tellAborted(turn: ModelTurn, code: string | undefined, error = code && `${code}, started`): void {
    const { journal } = this.#core;
    const { message } = turn;
    turn.isAborted = true;
    journal.totalAborted++;
    this.over(message);
    journal.event('settled', message, `: aborted ${code ?? 'Cancelled'}${error === undefined ? '' : ` (${error})`}`);
    if (code !== undefined && !message.asked) journal.letter(message, code, error);
    if (turn.held !== undefined) this.#core.tell('abort', `${message.payload.n}: ${error ?? 'cancelled'}`);
    this.#tearDown(turn);
    if (error !== undefined) this.#core.tellCaller(message, (caller) => caller.error(error));
    this.#together(() => {
      if (turn.mailbox.id !== undefined) this.checkDrained(turn.mailbox);
      for (const ask of [...turn.asks]) {
        if (code === 'BrokerClosed') this.fail(ask, code);
        else this.cancel(ask, error ?? 'ActorStopped, started');
      }
    });
  }

  /** A turn has its last state but for its seat. */
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

  /** A closed mailbox ends when nothing is queued in it, and no seat is taken. One that has left its broker has its own outbox. */
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
  }

  /** M9: once for each started life. */
  stop(mailbox: ModelMailbox, reason: string): void {
    const { start } = mailbox;
    mailbox.start = mailbox.consumer === 'actor' ? 'due' : 'done';
    if (mailbox.consumer === 'actor' && start !== 'due') this.#core.tell('stop', `${mailbox.number}: ${reason}`);
  }

  /** The ends of closed mailboxes are told behind everything that one end has brought about. */
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

  /** Takes a message out of the queue or the line of those that wait, if it is there. */
  #withdraw(message: ModelMessage): boolean {
    const { state, mailbox } = message;
    if (state !== 'waiting' && state !== 'queued') return false;
    mailbox!.takeOut(message);
    if (state === 'queued') mailbox!.pressure.next(`${mailbox!.level}`);
    this.#core.dispatcher.lineUp(mailbox!);
    this.checkDrained(mailbox!);
    return true;
  }

  /** S2: a caller that leaves a stream after a value has been served. */
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
