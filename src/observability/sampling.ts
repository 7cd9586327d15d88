/** Sends are sampled for their latency once in so many that succeeded: a power of two, less one (rule O5). */
export const SAMPLE_MASK = 1_023;
