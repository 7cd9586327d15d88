import type { Alarm } from './model-clock';
import type { ModelMailbox } from './model-mailbox';
import type { ModelMessage } from './model-message';

/** One message being handled. */
export class ModelTurn {
  /**
   * `open`: the handler has returned, the reply is still to come. `abandoned`: aborted, but its promise is still to settle, so it
   * keeps its seat (M4).
   */
  state: 'on stack' | 'open' | 'abandoned' | 'over' = 'on stack';
  /** It was ended while it was on the stack: with this code, or cancelled. */
  cut: { readonly code: string | undefined } | undefined;
  isPromise = false;
  /** What it waits for (`context.send`). */
  readonly asks = new Set<ModelMessage>();
  /** The question whose reply it returned. */
  returnedAsk: ModelMessage | undefined;
  clock: Alarm | undefined;

  constructor(
    readonly mailbox: ModelMailbox,
    readonly message: ModelMessage,
  ) {}
}

/**
 * O6: whether an ask can only be answered by turns that wait for it. It is stuck when it runs in a stuck turn, or is queued where all
 * turns are stuck; a turn is stuck when one of its asks is, and what leads back to a turn on the way is the circle.
 */
export function isStuck(ask: ModelMessage, onTheWay: readonly ModelTurn[]): boolean {
  if (ask.state === 'running') return isTurnStuck(ask.turn!, onTheWay);
  const { mailbox } = ask;
  return mailbox !== undefined && mailbox.hasConsumer && !mailbox.hasFreeSeat && mailbox.seats.every((turn) => isTurnStuck(turn, onTheWay));
}

function isTurnStuck(turn: ModelTurn, onTheWay: readonly ModelTurn[]): boolean {
  if (onTheWay.includes(turn)) return true;
  return turn.state === 'open' && [...turn.asks].some((ask) => isStuck(ask, [...onTheWay, turn]));
}
