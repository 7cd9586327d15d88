/** Numbers below `bound`, the same ones in every run. */
export function randomOrder(bound: number, length: number): readonly number[] {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // The high bits: the low ones of such a generator have short cycles.
    return Math.floor((state / 2 ** 32) * bound);
  });
}
