import { readFileSync } from 'node:fs';
import type { Measure } from './measure';

export interface Budget {
  /** A ratio, or bytes where there is no floor. */
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
  /** Not over `atMost`. */
  readonly isMet: boolean;
  /** Over `atMost` (or `held`) by more than the noise that was measured with it. */
  readonly isExceeded: boolean;
}

/** Undefined, if the row has no budget. @throws an Error for a budget that is not in the file. */
export function verdictOn({ budget: name, ratio, value, noise = 0 }: Measure): Verdict | undefined {
  if (name === undefined) return undefined;
  const budget = budgets[name];
  if (budget === undefined) throw new Error(`budgets.json has no ${name}.`);
  const actual = ratio ?? value ?? NaN;
  return { budget, actual, isMet: actual <= budget.atMost, isExceeded: !(actual - noise <= (budget.held ?? budget.atMost)) };
}
