import { outOfRange } from '../failure/check';

/** How urgent a message is within its mailbox (rule M3). */
export type Priority = 'low' | 'normal' | 'high' | 'critical';

/** The priorities by name, for those who like a dot. */
export const Priority = { Low: 'low', Normal: 'normal', High: 'high', Critical: 'critical' } as const;

/** By lane, lowest first: what a buffer calls 0 to 3. */
export const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'critical'];

/** The buffer's lane of a priority; `undefined` is normal. @throws {RangeError} for anything else. */
export function laneOf(priority: Priority | undefined): number {
  switch (priority) {
    case undefined:
    case 'normal':
      return 1;
    case 'high':
      return 2;
    case 'low':
      return 0;
    case 'critical':
      return 3;
    default:
      return outOfRange("priority must be one of 'low', 'normal', 'high', 'critical'", priority);
  }
}

/** The same for a routing key's priority, whose numbers 0 to 255 are quartered onto the four. */
export function laneOfRouting(priority: Priority | number | undefined): number {
  if (typeof priority !== 'number') return laneOf(priority);
  if (Number.isInteger(priority) && priority >= 0 && priority <= 255) return priority >> 6;
  return outOfRange('priority must be a Priority or an integer from 0 to 255', priority);
}
