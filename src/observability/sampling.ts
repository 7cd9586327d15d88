// Which sends are timed (rule O5). In a file without imports: see `lane.ts`.

/** An actor's count of messages is round when these bits are 0: a power of two, less one. */
export const SAMPLE_MASK = 1_023;
/** Of the sends to an actor whose count is round, one in so many is timed: a power of two, less one. Of many actors each has a first message. */
export const CANDIDATE_MASK = 15;
