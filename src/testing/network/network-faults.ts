import { type Checks, refuse } from '../../failure/check';

/** The faults of a network, which befall batches only: claims and the news of who is there arrive, in order. */
export interface NetworkFaults {
  /** The share of batches that are lost, from 0 (the default) to 1. */
  readonly loss?: number;
  /** The share of batches that arrive twice, from 0 (the default) to 1. */
  readonly doubles?: number;
  /** The share of batches that the next batch to the same node overtakes, from 0 (the default) to 1. They wait for it, at most 5 ms. */
  readonly swaps?: number;
  /** Whole milliseconds from here to there, or the least and the most of them. Default 0: in the same frame, but never on the stack of the sender. */
  readonly latency?: number | readonly [least: number, most: number];
}

export const faultless: Required<NetworkFaults> = { loss: 0, doubles: 0, swaps: 0, latency: 0 };

export const faultChecks: Checks<Required<NetworkFaults>> = { loss: checkShare, doubles: checkShare, swaps: checkShare, latency: checkLatency };

function checkShare(value: unknown, name: string): void {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) refuse(`${name} must be a number from 0 to 1`, value, RangeError);
}

function checkLatency(value: unknown, name: string): void {
  const [least, most] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [value, value];
  const isFine = Number.isInteger(least) && Number.isInteger(most) && (least as number) >= 0 && (least as number) <= (most as number);
  if (!isFine) refuse(`${name} must be whole milliseconds from 0, or [least, most]`, value, RangeError);
}
