import { readFileSync } from 'node:fs';
import type { Measure } from './measure';

export interface Budget {
  /** A ratio to the floor; bytes if there is no floor. */
  readonly atMost: number;
  /** A limit that must hold while `atMost` is out of reach. */
  readonly held?: number;
  /** Why `atMost` is out of reach, with measurements. */
  readonly why?: string;
}

/** The budgets by name. */
export const budgets = JSON.parse(readFileSync(new URL('../budgets.json', import.meta.url), 'utf8')) as Readonly<Record<string, Budget>>;

export interface Verdict {
  readonly budget: Budget;
  readonly actual: number;
  /** Whether the figure is not over `atMost`. */
  readonly isMet: boolean;
  /** Whether the figure is over `held`, or else `atMost`, by more than the noise that was measured with it. */
  readonly isExceeded: boolean;
}

/** Compares a figure with its budget. Undefined if it has none. @throws an Error for a budget that is not in the file. */
export function verdictOn({ budget: name, ratio, value, noise = 0 }: Measure): Verdict | undefined {
  if (name === undefined) return undefined;
  const budget = budgets[name];
  if (budget === undefined) throw new Error(`budgets.json has no ${name}.`);
  const actual = ratio ?? value ?? NaN;
  return { budget, actual, isMet: actual <= budget.atMost, isExceeded: !(actual - noise <= (budget.held ?? budget.atMost)) };
}
