import type { Effort } from './effort';
import type { Measure } from './measure';

/** What a case is given. */
export interface Bench {
  readonly effort: Effort;
  /** Shows how far a long case has come. */
  progress(text: string): void;
}

/** Runs in a process of its own, with `--expose-gc`: what one case taught the engine does not slow the next one. */
export type Case = (bench: Bench) => Promise<readonly Measure[]> | readonly Measure[];

export interface Part {
  readonly title: string;
  /** What is compared with what, for whoever reads the table. */
  readonly about: string;
  readonly cases: Readonly<Record<string, Case>>;
}
