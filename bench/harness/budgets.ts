import { readFileSync } from 'node:fs';
import type { Measure } from './measure';

/** Budget names, and what the row of that name may be at most: a ratio, or bytes where there is no floor. */
export const budgets = JSON.parse(readFileSync(new URL('../budgets.json', import.meta.url), 'utf8')) as Readonly<Record<string, number>>;

export interface Verdict {
  readonly atMost: number;
  readonly actual: number;
  /** Over the budget by more than the noise that was measured with it. */
  readonly exceeded: boolean;
}

/** Undefined, if the row has no budget. @throws an Error for a budget that is not in the file. */
export function verdictOn({ budget, ratio, value, noise = 0 }: Measure): Verdict | undefined {
  if (budget === undefined) return undefined;
  const atMost = budgets[budget];
  if (atMost === undefined) throw new Error(`budgets.json has no ${budget}.`);
  const actual = ratio ?? value ?? NaN;
  return { atMost, actual, exceeded: !(actual - noise <= atMost) };
}
