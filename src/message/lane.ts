/**
 * Lanes: priorities as small integers, 0 low to 3 critical.
 *
 * Constants that every message reads stand in files without imports: there a bundler writes their values out, where it would else
 * load and check a variable each time (a tenth of a `trySend`).
 */
export const NORMAL_LANE = 1;
export const HIGHEST_LANE = 3;
