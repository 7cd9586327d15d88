/**
 * A lane is a priority as a small integer, 0 low to 3 critical.
 *
 * This file has no imports, so a bundler replaces the constants by their values. Otherwise every message would load and check a variable
 * (a tenth of a `trySend`).
 */
export const NORMAL_LANE = 1;
export const HIGHEST_LANE = 3;
