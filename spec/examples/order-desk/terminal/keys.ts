import type { Overflow } from 'rx-broker';
import type { Load } from '../load';
import type { OrderDesk } from '../order-desk';
import { count, percent } from './numbers';

/** A key that changes the load: each press takes the next of its values. */
export interface LoadKey {
  readonly key: string;
  /** The setting and its value, in 14 characters at most. */
  label(load: Load): string;
  next(load: Load): Partial<Load>;
}

const OVERFLOWS: readonly Overflow[] = ['fail', 'block', 'drop-oldest', 'drop-newest'];

export const LOAD_KEYS: readonly LoadKey[] = [
  { key: 'f', label: ({ feedRate }) => `feed ${count(feedRate)}/s`, next: ({ feedRate }) => ({ feedRate: after(feedRate, [0, 1_000, 4_000, 10_000]) }) },
  { key: 'o', label: ({ orderRate }) => `orders ${orderRate}/s`, next: ({ orderRate }) => ({ orderRate: after(orderRate, [0, 40, 120, 240, 480]) }) },
  {
    key: 'e',
    label: ({ riskFailureRate }) => `errors ${percent(riskFailureRate)}`,
    next: ({ riskFailureRate }) => ({ riskFailureRate: after(riskFailureRate, [0, 0.1, 0.33, 0.66, 1]) }),
  },
  { key: 'l', label: ({ riskLatency }) => `risk ${riskLatency} ms`, next: ({ riskLatency }) => ({ riskLatency: after(riskLatency, [5, 30, 80, 200]) }) },
  { key: 'a', label: ({ auditRate }) => `audit ${count(auditRate)}/s`, next: ({ auditRate }) => ({ auditRate: after(auditRate, [25, 100, 500, 1_000]) }) },
  { key: 'w', label: ({ overflow }) => overflow, next: ({ overflow }) => ({ overflow: after(overflow, OVERFLOWS) }) },
  { key: 'c', label: ({ concurrency }) => `turns ${concurrency}`, next: ({ concurrency }) => ({ concurrency: after(concurrency, [1, 2, 4, 8, 12, 16]) }) },
];

/** Changes the load by a key. Answers whether there is such a key. */
export function pressLoadKey(pressed: string, desk: Pick<OrderDesk, 'load' | 'setLoad'>): boolean {
  const found = LOAD_KEYS.find(({ key }) => key === pressed);
  if (found !== undefined) desk.setLoad(found.next(desk.load));
  return found !== undefined;
}

/** The value after this one. From the last one it goes on with the first. */
function after<T>(value: T, values: readonly T[]): T {
  return values[(values.indexOf(value) + 1) % values.length]!;
}
