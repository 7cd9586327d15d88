import { checkOneOf, refuse } from '../failure/check';
import { NORMAL_LANE } from './lane';

/** How urgent a message is within its mailbox (rule M3). */
export type Priority = 'low' | 'normal' | 'high' | 'critical';

/** The priorities by name: `Priority.High` is `'high'`. */
export const Priority = {
  /** 1 turn a round with `fairness: 'weighted'`. */
  Low: 'low',
  /** 2 turns a round. The default. */
  Normal: 'normal',
  /** 4 turns a round. */
  High: 'high',
  /** 8 turns a round. */
  Critical: 'critical',
} as const;

/** The priorities by lane, lowest first. */
export const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'critical'];

/** The lane of a priority. `undefined` is normal. @throws {RangeError} for anything else. */
export function laneOf(priority: Priority | undefined): number {
  const lane = priority === undefined ? NORMAL_LANE : PRIORITIES.indexOf(priority);
  if (lane < 0) checkOneOf(priority, 'priority', PRIORITIES);
  return lane;
}

/** The lane of a routing key's priority. Of the numbers 0 to 255 each quarter is one priority, the lowest first. */
export function laneOfRouting(priority: Priority | number | undefined): number {
  if (typeof priority !== 'number') return laneOf(priority);
  if (Number.isInteger(priority) && priority >= 0 && priority <= 255) return priority >> 6;
  return refuse('priority must be a Priority or an integer from 0 to 255', priority, RangeError);
}
