import type { BrokerMetrics } from 'rx-broker';
import type { ActorCounts } from './actor-counts';
import type { Load } from './load';
import type { Price } from './messages';
import type { OrderCounts } from './order-ledger';

/** All that can be seen of a desk at one moment. Counts are from its opening on. */
export interface DeskSnapshot {
  /** Milliseconds since the opening. */
  readonly at: number;
  readonly load: Load;
  /** Prices of each symbol, the desk, the risk service, the book, the audit service. */
  readonly actors: readonly ActorCounts[];
  readonly orders: OrderCounts;
  readonly prices: readonly Price[];
  /** Orders whose first turn began after that of a later order. */
  readonly overtaken: number;
  /** Open orders that are dead letters. */
  readonly parked: number;
  /** Dead letters that were sent again. */
  readonly redelivered: number;
  /** Entries in the audit log. */
  readonly audited: number;
  /** Senders that wait for a place: traders at the desk, the desk at the book, the book at the audit service. */
  readonly waiting: number;
  readonly market: BrokerMetrics;
  readonly desk: BrokerMetrics;
}
