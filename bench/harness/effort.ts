/** How long a comparison may take: `full` for numbers to publish, `short` to check that a budget holds. */
export type Effort = 'full' | 'short';

export interface Rounds {
  /** How often each work is sampled. */
  readonly rounds: number;
  /** The least time of one sample, in milliseconds. */
  readonly sample: number;
  /** Milliseconds that each work runs before it is measured. Bursts of promises and timers were twice as slow in the first 200 ms. */
  readonly warmUp: number;
}

export const roundsOf: Readonly<Record<Effort, Rounds>> = {
  full: { rounds: 41, sample: 15, warmUp: 500 },
  short: { rounds: 21, sample: 8, warmUp: 300 },
};
