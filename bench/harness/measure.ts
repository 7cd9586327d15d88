/** The unit of a value. `ratio`: only the ratio is of interest. */
export type Unit = 'ns' | 'bytes' | 'per second' | 'ratio';

/** One figure of the bench: a row of a table, or a cell where several subjects do the same work. */
export interface Measure {
  /** The work that was measured: a row. */
  readonly work: string;
  /** The bus that did it: `rx-broker` or the name of a peer. */
  readonly subject: string;
  /** Undefined: not supported. */
  readonly value: number | undefined;
  readonly unit: Unit;
  /** The floor of the same run, and its own value. */
  readonly floor?: { readonly name: string; readonly value: number };
  readonly ratio?: number;
  /** How far the ratio of a usual round is from `ratio`. */
  readonly noise?: number;
  /** The key in `budgets.json` of the limit for `ratio`, or else for `value`. */
  readonly budget?: string;
  /** The figure that the reference states for this row, in the same unit. */
  readonly stated?: number;
  /** The figure that the reference's own benchmark gave on a machine of this kind. */
  readonly rerun?: number;
  /** One line for the reader of the table. */
  readonly note?: string;
}
