import { ASK_TIMEOUT, type Payload, type Reply } from './command';
import type { ModelBroker } from './model-broker';
import type { ModelMailbox } from './model-mailbox';
import { ModelMessage } from './model-message';
import { ModelTurn, isStuck } from './model-turn';

/** How turns start and end: the lower half of the table of DESIGN §2. */
export class ModelTurns {
  /** The turn whose handler has not returned (D2: there is one at most). */
  onStack: ModelTurn | undefined;
  /** Turns that have not ended. */
  readonly open = new Set<ModelTurn>();
  readonly #broker: ModelBroker;

  constructor(broker: ModelBroker) {
    this.#broker = broker;
  }

  run(mailbox: ModelMailbox, message: ModelMessage): void {
    const { counts, story } = this.#broker;
    const turn = new ModelTurn(mailbox, message);
    message.state = 'running';
    message.mailbox = mailbox;
    message.turn = turn;
    counts.delivered++;
    story.turns.push(`${mailbox.id} runs ${message.payload.n}, attempt ${message.attempt}`);
    this.onStack = turn;
    this.open.add(turn);
    const { reply, asked } = this.#broker.handle(turn);
    this.onStack = undefined;
    if (turn.cut === undefined) this.#returned(turn, reply, asked);
    else this.#returnedCut(turn, turn.cut.code);
    message.caller?.started?.();
  }

  /** One value of a stream. */
  emit(turn: ModelTurn, value: string): void {
    const { caller, timeout } = turn.message;
    if (turn.state !== 'open' || caller === undefined) return;
    this.#broker.clock.stop(timeout);
    this.#broker.endCast();
    this.#broker.atomically(() => {
      caller.next(value);
      if (caller.isClosed) this.abort(turn, undefined);
    });
  }

  complete(turn: ModelTurn, value?: string): void {
    this.#conclude(turn, () => this.#succeed(turn, value));
  }

  fail(turn: ModelTurn, error: string): void {
    this.#conclude(turn, () => this.#fail(turn, error));
  }

  /** Ends a turn from outside: with a code, or because its caller cancelled. */
  abort(turn: ModelTurn, code: string | undefined): void {
    if (turn.state === 'on stack') turn.cut ??= { code };
    if (turn.state !== 'open') return;
    this.#broker.endCast();
    this.#broker.atomically(() => {
      this.#end(turn, turn.isPromise ? 'abandoned' : 'over');
      if (turn.returnedAsk !== undefined) this.#endAsk(turn.returnedAsk, code);
      if (!turn.isPromise) this.#freeSeat(turn);
      this.#aborted(turn, code);
    });
  }

  // ------------------------------------------------------------------------------------------------

  #returned(turn: ModelTurn, reply: Reply, asked: Payload | undefined): void {
    const { n } = turn.message.payload;
    if (reply === 'value') this.#succeed(turn, `value of ${n}`);
    else if (reply === 'throw') this.#fail(turn, `thrown by ${n}`);
    else {
      this.#leaveOpen(turn);
      if (reply === 'values') {
        this.emit(turn, `first of ${n}`);
        this.emit(turn, `last of ${n}`);
        this.complete(turn);
      } else if (typeof reply === 'object') this.#ask(turn, reply.ask, asked!);
      this.#breakCircles(turn);
    }
  }

  /** M4: its promise keeps the seat; its stream is never subscribed. */
  #returnedCut(turn: ModelTurn, code: string | undefined): void {
    this.#end(turn, turn.isPromise ? 'abandoned' : 'over');
    if (turn.isPromise) turn.mailbox.seats.push(turn);
    this.#aborted(turn, code);
  }

  #leaveOpen(turn: ModelTurn): void {
    turn.state = 'open';
    turn.mailbox.seats.push(turn);
    turn.clock = this.#broker.clock.set(turn.mailbox.spec.turnTimeout, () => this.abort(turn, 'Timeout'));
  }

  #ask(turn: ModelTurn, target: string, payload: Payload): void {
    const caller = {
      get isClosed() {
        return turn.state !== 'open';
      },
      next: (value: string) => this.emit(turn, value),
      complete: () => this.complete(turn),
      error: (error: string) => this.fail(turn, error),
    };
    const ask = new ModelMessage({ payload, target, priority: 'normal', sentAt: this.#broker.clock.now, caller, parent: turn });
    turn.asks.add(ask);
    turn.returnedAsk = ask;
    this.#broker.ask(ask, ASK_TIMEOUT);
  }

  /** M4: an aborted turn cancels what it asked; of a broker that ends all, that ends as all does. */
  #endAsk(ask: ModelMessage, code: string | undefined): void {
    if (code === 'BrokerClosed') this.#broker.fail(ask, code);
    else this.#broker.cancel(ask);
  }

  /** O6: when the stack has returned, an ask that only the askers could answer fails at once. */
  #breakCircles(turn: ModelTurn): void {
    if (turn.state !== 'open') return;
    for (const ask of [...turn.asks]) if (ask.state !== 'over' && isStuck(ask, [turn])) this.#broker.fail(ask, 'Deadlock');
  }

  /** Ends an open turn, or lets go of the seat of an abandoned one. */
  #conclude(turn: ModelTurn, how: () => void): void {
    const { state } = turn;
    if (state !== 'open' && state !== 'abandoned') return;
    this.#broker.endCast();
    this.#broker.atomically(() => {
      this.#end(turn, 'over');
      this.#freeSeat(turn);
      if (state === 'open') how();
    });
  }

  #freeSeat(turn: ModelTurn): void {
    const { mailbox } = turn;
    mailbox.seats.splice(mailbox.seats.indexOf(turn), 1);
    this.#broker.lineUp(mailbox);
  }

  #end(turn: ModelTurn, state: 'abandoned' | 'over'): void {
    turn.state = state;
    this.open.delete(turn);
    this.#broker.clock.stop(turn.clock);
  }

  /** S2: settled and counted before its value is emitted. */
  #succeed(turn: ModelTurn, value: string | undefined): void {
    const { message } = turn;
    this.#end(turn, 'over');
    this.#broker.counts.succeeded++;
    this.#broker.over(message);
    if (value !== undefined) message.caller?.next(value);
    message.caller?.complete();
  }

  #fail(turn: ModelTurn, error: string): void {
    const { message } = turn;
    this.#end(turn, 'over');
    this.#broker.counts.errored++;
    this.#broker.over(message);
    if (!message.asked) this.#broker.letter(message, 'HandlerFailed');
    message.caller?.error(error);
  }

  #aborted(turn: ModelTurn, code: string | undefined): void {
    const { message } = turn;
    this.#broker.counts.aborted++;
    this.#broker.over(message);
    if (code !== undefined && !message.asked) this.#broker.letter(message, code);
    for (const ask of [...turn.asks]) this.#endAsk(ask, code);
    if (code !== undefined) message.caller?.error(`${code}, started`);
  }
}
