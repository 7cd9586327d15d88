import { actorId, message, protocol, topic } from 'rx-broker';
import type { LossCode } from '../../../../order-desk/actor-counts';
import type { EngineSnapshot } from '../../../../order-desk/desk-engine';
import type { LetterLine } from '../../../../order-desk/letter-line';
import { type Load, CALM } from '../../../../order-desk/load';
import type { OrderDraft, Ticker, Verdict } from '../../../../order-desk/messages';
import type { EndedOrder } from '../../../../order-desk/order-ledger';
import type { Quote } from '../../../../order-desk/quote-board';

/** What the desk runs on. */
export type EngineKind = 'rx-broker' | 'Subject bus';

/** All that the screen can ask for. What answers is the same actor, whatever the desk runs on. */
export const Trading = protocol('trading', {
  run: message<{ on: EngineKind }>(),
  setLoad: message<{ change: Partial<Load> }>(),
  redeliver: message(),
  place: message<{ draft: OrderDraft }, EndedOrder>(),
  check: message<{ draft: OrderDraft }, Verdict>(),
});
export const trading = actorId(Trading);

/** The load that the desk opens with. */
export const FIRST_LOAD: Load = { ...CALM, orderRate: 80 };

/** The desk as the screen shows it, ten times a second. */
export interface DeskState extends Omit<EngineSnapshot, 'prices' | 'at'> {
  readonly engine: EngineKind;
  readonly letters: {
    readonly newest: readonly LetterLine[];
    readonly by: Readonly<Partial<Record<LossCode, number>>>;
    readonly count: number;
  };
}

/** What has ended of late, oldest first. */
export interface EndedOrders {
  /** As many as the blotter lists. */
  readonly newest: readonly EndedOrder[];
  readonly inTenSeconds: readonly EndedOrder[];
}

/** How the questions to the risk service have ended. */
export interface AskCounts {
  readonly asked: number;
  readonly answered: number;
  readonly failed: number;
  readonly cancelled: number;
}

export const quotes = topic<readonly Quote[]>('desk.quotes');
export const deskState = topic<DeskState>('desk.state');
export const endedOrders = topic<EndedOrders>('desk.ended');
export const askCounts = topic<AskCounts>('desk.asks');
/** The symbol that the book shows, and that an order is entered for. */
export const chosenSymbol = topic<Ticker>('screen.symbol');
