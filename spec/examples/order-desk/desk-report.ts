import type { BrokerMetrics } from 'rx-broker';
import { metricsAddUp } from '../accounting/metrics-add-up';
import type { DeskSnapshot } from './desk-snapshot';

/** What a desk has done, when it has closed. */
export interface DeskReport extends Omit<DeskSnapshot, 'load' | 'prices'> {
  /** Every order has ended exactly once, every order that has ended at the book or by the risk service is audited, and the brokers' numbers agree. */
  readonly addsUp: boolean;
}

/** The report of a desk that has closed. */
export function reportOf({ load: _load, prices: _prices, ...totals }: DeskSnapshot): DeskReport {
  return { ...totals, addsUp: ordersAddUp(totals) && isSettled(totals.desk) && isSettled(totals.market) };
}

function ordersAddUp({ orders, audited, actors }: Pick<DeskSnapshot, 'orders' | 'audited' | 'actors'>): boolean {
  const { placed, filled, rejected, cancelled, open, by } = orders;
  const unwritten = Object.values(actors.find(({ name }) => name === 'audit')?.losses ?? {}).reduce((sum, count) => sum + count, 0);
  return open === 0 && placed === filled + rejected + cancelled && audited + unwritten === by.filled + by.moved + by.refused;
}

function isSettled(metrics: BrokerMetrics): boolean {
  return metricsAddUp(metrics) && metrics.pending === 0 && metrics.inFlight === 0 && metrics.openRequests === 0;
}
