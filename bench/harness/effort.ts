/** How long a comparison may take: `full` for numbers to show, `short` to see that a budget holds. */
export type Effort = 'full' | 'short';

export interface Rounds {
  /** Pairs of samples. */
  readonly rounds: number;
  /** ms that one sample takes, at least. */
  readonly sample: number;
  /** ms that each work runs before it is measured. A burst of promises and timers was twice as slow until 200 ms had passed. */
  readonly warmUp: number;
}

export const roundsOf: Readonly<Record<Effort, Rounds>> = {
  full: { rounds: 41, sample: 15, warmUp: 500 },
  short: { rounds: 21, sample: 8, warmUp: 300 },
};
