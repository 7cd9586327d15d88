/**
 * Which waiting priority goes next.
 *
 * - `weighted`: credits of 8, 4, 2 and 1 for critical, high, normal and low, the highest with credit first, refilled when no waiting
 *   priority has any left. The head of `low` waits for at most 28 others.
 * - `strict`: the highest waiting priority, always. Low ones can starve.
 */
export type Fairness = 'weighted' | 'strict';

/** Every fairness, for checks of input. */
export const FAIRNESSES: readonly Fairness[] = ['weighted', 'strict'];
