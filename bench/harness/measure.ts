/** How a value is counted. `ratio`: only the ratio is of interest. */
export type Unit = 'ns' | 'bytes' | 'per second' | 'timers' | 'ratio';

/** One figure of the bench: a row of a table, or a cell where several subjects do the same work. */
export interface Measure {
  /** What is done: a row. */
  readonly work: string;
  /** Who does it: `rx-broker` or the name of a peer. */
  readonly subject: string;
  /** Undefined: not supported. */
  readonly value: number | undefined;
  readonly unit: Unit;
  /** What it is compared with in the same run, and its own value. */
  readonly floor?: { readonly name: string; readonly value: number };
  readonly ratio?: number;
  /** How far the ratio of a usual round is from `ratio`. */
  readonly noise?: number;
  /** The key in `budgets.json` of what `ratio`, or else `value`, may be at most. */
  readonly budget?: string;
  /** What the reference states for this row, in the same unit. */
  readonly stated?: number;
  /** One line for whoever reads the table. */
  readonly note?: string;
}
