import type { NetworkOptions } from 'rx-broker/testing';

/** A network that loses, doubles and swaps many batches. */
export const LOSSY = { loss: 0.3, doubles: 0.1, swaps: 0.1, latency: [0, 20] } as const satisfies NetworkOptions;
