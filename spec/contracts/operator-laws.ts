import { expect } from 'vitest';
import { type Law, registerLaws } from './law';
import { ENDING_LAWS } from './operators/ending-laws';
import { FLATTENING_LAWS } from './operators/flattening-laws';
import { LEAVING_LAWS } from './operators/leaving-laws';
import type { OperatorUnderLaw } from './operators/operator-under-law';
import { SUBSCRIBING_LAWS } from './operators/subscribing-laws';

/** The laws for wrong arguments of an operator. */
const CALL_LAWS: readonly Law<readonly (() => unknown)[]>[] = [
  {
    name: 'refuses a wrong argument at the call, with an error that says what was given',
    check(badCalls) {
      for (const call of badCalls) {
        expect(call, String(call)).toThrow(/got |must be|needs|RoutingFailed/);
      }
    },
  },
];

/** The laws of every operator. */
export const OPERATOR_LAWS: readonly Law<OperatorUnderLaw>[] = [...ENDING_LAWS, ...LEAVING_LAWS, ...SUBSCRIBING_LAWS];
export { CALL_LAWS, FLATTENING_LAWS };

/** Registers the laws of an operator towards its source, its subscriber and its caller. */
export function operatorLaws(name: string, operator: OperatorUnderLaw): void {
  registerLaws(name, OPERATOR_LAWS, operator);
  if (operator.badCalls !== undefined) registerLaws(name, CALL_LAWS, operator.badCalls);
  if (operator.flatten !== undefined) registerLaws(name, FLATTENING_LAWS, operator.flatten);
}
