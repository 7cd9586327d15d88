import { readFileSync } from 'node:fs';
import type { Measure } from './measure';

export interface Budget {
  /** A ratio, or bytes where there is no floor. */
  readonly atMost: number;
  /** A budget that is out of reach today, and what is held instead: it must not get worse. */
  readonly held?: number;
  /** Where the rest goes. */
  readonly why?: string;
}

/** The budgets by name. */
export const budgets = JSON.parse(readFileSync(new URL('../budgets.json', import.meta.url), 'utf8')) as Readonly<Record<string, Budget>>;

export interface Verdict {
  readonly budget: Budget;
  readonly actual: number;
  /** At most what the budget allows. */
  readonly isMet: boolean;
  /** Over what is allowed, or held, by more than the noise that was measured with it. */
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
