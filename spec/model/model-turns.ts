import { ASK_TIMEOUT } from './command';
import type { ModelCore } from './model-core';
import type { ModelEnds } from './model-ends';
import type { ModelMailbox } from './model-mailbox';
import type { ModelMessage } from './model-message';
import type { ModelSender } from './model-sender';
import { type ModelHeld, ModelTurn, hear } from './model-turn';
import type { Answer } from './world';

/** The beginning of turns, and their replies. */
export class ModelTurns {
  readonly #core: ModelCore;
  readonly #ends: ModelEnds;
  readonly #sender: ModelSender;

  constructor(core: ModelCore, ends: ModelEnds, sender: ModelSender) {
    this.#core = core;
    this.#ends = ends;
    this.#sender = sender;
  }

  /** Runs the next message of a mailbox, unless it has expired. */
  runNext(mailbox: ModelMailbox): void {
    const message = mailbox.takeNext();
    mailbox.pressure.next(`${mailbox.level}`);
    if (mailbox.isExpired(message, this.#core.clock.now)) this.#ends.lose(message, 'Expired', mailbox);
    else this.#run(mailbox, message);
    this.#ends.checkDrained(mailbox);
    if (mailbox.id === undefined) this.#core.idle.left(mailbox);
  }

  // ------------------------------------------------------------------------------------------------

  #run(mailbox: ModelMailbox, message: ModelMessage): void {
    const core = this.#core;
    const turn = new ModelTurn(mailbox, message);
    message.state = 'running';
    message.turn = turn;
    mailbox.delivered++;
    core.journal.totalDelivered++;
    core.turns.add(turn);
    core.onStack = mailbox.running = turn;
    const seen = this.#sender.turnOf(turn);
    const answer = core.interceptors.handle(message.payload, () => {
      const own = core.host.handle(seen);
      if (own === 'stream' || own === 'promise') core.held.push((turn.held = this.#hold(turn, own)));
      return own;
    });
    core.onStack = mailbox.running = undefined;
    const { cut } = turn;
    core.dispatcher.tellAt(cut?.place, () => core.journal.event('delivered', message));
    if (cut === undefined) this.#returned(turn, answer);
    else this.#returnedCut(turn, cut.code, cut.error);
  }

  #returned(turn: ModelTurn, answer: Answer): void {
    const { n } = turn.message.payload;
    if (answer === 'value' || answer === 'nothing') this.#succeed(turn, answer === 'value' ? `value of ${n}` : answer);
    else if (answer === 'throw') this.#fail(turn, `thrown by ${n}`);
    else this.#leaveOpen(turn, answer);
  }

  /** Ends a turn that was cut while its handler was on the stack. M4: its promise keeps the seat. Its stream is never subscribed. */
  #returnedCut(turn: ModelTurn, code: string | undefined, error: string | undefined): void {
    this.#ends.end(turn, turn.isPromise ? 'abandoned' : 'over');
    if (turn.isPromise) turn.mailbox.seats.push(turn);
    this.#ends.tellAborted(turn, code, error);
    if (turn.isPromise) this.#core.dispatcher.later(() => hear(turn.held!));
  }

  #leaveOpen(turn: ModelTurn, answer: Answer): void {
    const { dispatcher, clock } = this.#core;
    turn.state = 'open';
    turn.mailbox.seats.push(turn);
    turn.timeout = clock.set(turn.mailbox.spec.turnTimeout, () => dispatcher.step(() => this.#ends.abort(turn, 'Timeout')));
    dispatcher.later(() => this.#subscribe(turn, answer));
    this.#sender.breakCircles(turn);
  }

  /** Subscribes to a stream if its turn is still open. A promise is awaited in any case, since it holds the seat. */
  #subscribe(turn: ModelTurn, answer: Answer): void {
    const { held } = turn;
    const { n } = turn.message.payload;
    if (turn.state !== 'open' && !turn.isPromise) return;
    if (held !== undefined) hear(held);
    else if (answer === 'values') {
      this.#emit(turn, `first of ${n}`, true);
      this.#emit(turn, `last of ${n}`, true);
      this.#conclude(turn, () => this.#succeed(turn));
    } else if (typeof answer === 'object') this.#streamAsk(turn, answer);
  }

  #streamAsk(turn: ModelTurn, { ask, payload }: Extract<Answer, object>): void {
    const caller = {
      get closed() {
        return turn.state !== 'open';
      },
      next: (value: string) => this.#emit(turn, value),
      complete: () => this.#conclude(turn, () => this.#succeed(turn)),
      error: (error: string) => this.#conclude(turn, () => this.#fail(turn, error)),
    };
    const isRefused = this.#sender.isRefused({ kind: 'ask', payload, target: ask, sentBy: turn });
    if (caller.closed) return;
    const message = this.#sender.messageFrom(turn, ask, payload, caller, isRefused);
    turn.streamedAsk = message;
    this.#sender.ask(message, ASK_TIMEOUT);
  }

  #hold(turn: ModelTurn, kind: ModelHeld['kind']): ModelHeld {
    const { n } = turn.message.payload;
    const over = (end: 'complete' | 'error'): void => {
      if (end === 'error') this.#conclude(turn, () => this.#fail(turn, `failed by ${n}`));
      else this.#conclude(turn, () => this.#succeed(turn, kind === 'promise' ? `promised by ${n}` : undefined));
    };
    return { kind, value: () => this.#emit(turn, `streamed by ${n}`), over, isAlone: () => turn.mailbox.id === undefined, isHeard: false, end: undefined };
  }

  /** Emits one value of a stream. `atOnce`: the stream is being subscribed to, so the value is told now. */
  #emit(turn: ModelTurn, value: string, atOnce = false): void {
    const { message } = turn;
    if (turn.state !== 'open') return;
    if (message.asked) {
      message.isAnswered = true;
      this.#core.clock.stop(message.timeout);
      this.#core.tellCaller(message, (caller) => caller.next(value));
    }
    if (atOnce) this.#core.dispatcher.tellAll();
  }

  /** Ends an open turn, or frees the seat of an abandoned one. */
  #conclude(turn: ModelTurn, how: () => void): void {
    const { state, mailbox } = turn;
    if (state !== 'open' && state !== 'abandoned') return;
    if (state === 'open') how();
    else this.#ends.end(turn, 'over');
    this.#core.dispatcher.lineUp(mailbox);
    this.#ends.checkDrained(mailbox, mailbox.id === undefined);
    this.#core.idle.noteAlone(mailbox);
  }

  /** S2: settles and counts a turn before its value is told. */
  #succeed(turn: ModelTurn, value?: string): void {
    const { message } = turn;
    this.#ends.end(turn, 'over');
    this.#core.journal.totalSucceeded++;
    this.#ends.over(message);
    this.#core.journal.event('settled', message, ': succeeded');
    if (value !== undefined) this.#core.tellCaller(message, (caller) => caller.next(value));
    this.#core.tellCaller(message, (caller) => caller.complete());
  }

  #fail(turn: ModelTurn, error: string): void {
    const { message } = turn;
    this.#ends.end(turn, 'over');
    this.#core.journal.totalErrored++;
    this.#ends.over(message);
    this.#core.journal.event('settled', message, `: errored HandlerFailed (${error})`);
    if (!message.asked) {
      this.#core.journal.letter(message, 'HandlerFailed', error);
      this.#core.tellError(message.target!, error, message);
    }
    this.#core.tellCaller(message, (caller) => caller.error(error));
  }
}
