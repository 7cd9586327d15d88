/** A quantile: the value at a share (0 to 1) of the sorted samples, interpolated between two of them. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);

/** Half of the distance between the quartiles: how far a usual sample is from the median. */
export const noiseOf = (samples: readonly number[]): number => (quantile(samples, 0.75) - quantile(samples, 0.25)) / 2;
