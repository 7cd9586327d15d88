/**
 * What a full buffer does with a newcomer.
 *
 * - `fail`: the newcomer is refused, as an error.
 * - `block`: the newcomer's sender waits for a place (mailboxes only: a hot source cannot be paused).
 * - `drop-oldest`: the oldest of the lowest priority not above the newcomer's makes room for it.
 * - `drop-newest`: the newcomer is dropped.
 */
export type Overflow = 'fail' | 'block' | 'drop-oldest' | 'drop-newest';

/** Every overflow strategy, for checks of input. */
export const OVERFLOWS: readonly Overflow[] = ['fail', 'block', 'drop-oldest', 'drop-newest'];
