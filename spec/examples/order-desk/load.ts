import type { Overflow } from 'rx-broker';

/** What weighs on the desk. All of it may change while the desk is open. */
export interface Load {
  /** Price updates a second, of all symbols together. */
  readonly feedRate: number;
  /** Orders a second. */
  readonly orderRate: number;
  /** The part of the risk checks that fail, 0 to 1. One in three of these never answers. */
  readonly riskFailureRate: number;
  /** Milliseconds that a risk check takes on average. */
  readonly riskLatency: number;
  /** Entries that the audit service writes in a second. */
  readonly auditRate: number;
  /** What the desk's mailbox does with an order when it is full. */
  readonly overflow: Overflow;
  /** Orders that the desk works on at once. */
  readonly concurrency: number;
}

/** A quiet day. */
export const CALM: Load = { feedRate: 1_000, orderRate: 40, riskFailureRate: 0, riskLatency: 30, auditRate: 500, overflow: 'fail', concurrency: 4 };

/** The least and the most of each number. */
export const LIMITS = {
  feedRate: [0, 10_000],
  orderRate: [0, 1_000],
  riskFailureRate: [0, 1],
  riskLatency: [1, 1_000],
  auditRate: [20, 1_000],
  concurrency: [1, 16],
} as const satisfies Partial<Record<keyof Load, readonly [number, number]>>;

/** `load` with some settings changed, each number within its limits. */
export function changed(load: Load, change: Partial<Load>): Load {
  const next: { -readonly [K in keyof Load]: Load[K] } = { ...load, ...change };
  for (const key of Object.keys(LIMITS) as (keyof typeof LIMITS)[]) {
    const [least, most] = LIMITS[key];
    next[key] = Math.min(most, Math.max(least, next[key]));
  }
  return next;
}
