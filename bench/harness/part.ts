import type { Effort } from './effort';
import type { Measure } from './measure';

/** The argument of a case. */
export interface Bench {
  readonly effort: Effort;
  /** Shows how far a long case has come. */
  progress(text: string): void;
}

/** Runs in a process of its own, with `--expose-gc`, so that the type feedback of one case does not slow the next one. */
export type Case = (bench: Bench) => Promise<readonly Measure[]> | readonly Measure[];

/** A part of the bench: one table. */
export interface Part {
  readonly title: string;
  /** Which works are compared, for the reader of the table. */
  readonly about: string;
  readonly cases: Readonly<Record<string, Case>>;
}
