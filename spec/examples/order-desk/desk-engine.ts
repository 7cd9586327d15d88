import type { DeadLetter } from 'rx-broker';
import type { Observable } from 'rxjs';
import type { ActorCounts } from './actor-counts';
import type { DeskSnapshot } from './desk-snapshot';
import type { Load } from './load';
import type { OrderDraft, Verdict } from './messages';
import type { EndedOrder } from './order-ledger';

/** One actor, or one subscription of a bus. */
export interface EngineActor extends Pick<ActorCounts, 'name' | 'depth' | 'inFlight' | 'turns' | 'losses'> {
  /** The most messages that may be queued. `Infinity` for a bus. */
  readonly capacity: number;
  /** The error that ended it for good. No error ends an actor. */
  readonly diedOf?: string;
}

export interface EngineSnapshot extends Pick<DeskSnapshot, 'at' | 'load' | 'orders' | 'prices' | 'parked' | 'redelivered'> {
  readonly actors: readonly EngineActor[];
}

/** What a screen needs of a desk: `openOrderDesk` makes one on rx-broker, `openSubjectDesk` one on Subjects alone. */
export interface DeskEngine {
  /** The load as it is now. */
  readonly load: Load;
  /** Changes the load from now on. A number beyond its limits becomes the limit. */
  setLoad(change: Partial<Load>): void;
  /** Every order as it ends. */
  readonly endings$: Observable<EndedOrder>;
  /** Places one order for each subscription, and emits how it has ended. */
  place(draft: OrderDraft): Observable<EndedOrder>;
  /** Asks the risk service about an order, for each subscription. */
  check(draft: OrderDraft): Observable<Verdict>;
  /** What was lost and can be sent again, oldest first. */
  deadLetters(): readonly DeadLetter[];
  /** Sends the orders again that are dead letters now, each once, and no more at a time than fill half of the desk's mailbox. */
  redeliver(): void;
  snapshot(): EngineSnapshot;
  /** Places no more orders, and ends. */
  close(): Promise<unknown>;
}
