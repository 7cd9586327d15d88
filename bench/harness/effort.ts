/** How long a comparison may take: `full` for numbers to show, `short` to see that a budget holds. */
export type Effort = 'full' | 'short';

export interface Rounds {
  /** Pairs of samples. */
  readonly rounds: number;
  /** ms that one sample takes, at least. */
  readonly sample: number;
  /** ms that each work runs before it is measured. */
  readonly warmUp: number;
}

export const roundsOf: Readonly<Record<Effort, Rounds>> = {
  full: { rounds: 41, sample: 15, warmUp: 200 },
  short: { rounds: 15, sample: 6, warmUp: 80 },
};
