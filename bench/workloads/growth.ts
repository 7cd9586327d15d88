import { interleave, type Timing } from '../harness/interleave';
import type { Measure } from '../harness/measure';
import type { Bench } from '../harness/part';
import { median, noiseOf } from '../harness/statistics';
import type { Work } from '../harness/work';

/** The sizes from 10^`from` to 10^`to`. */
export const powersOfTen = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));

export const count = (value: number): string => value.toLocaleString('en');

export interface Growing {
  /** The name of the work at a size. */
  readonly work: (size: string) => string;
  readonly sizes: readonly number[];
  readonly ours: (size: number) => Work;
  /** The same access to memory without a broker, timed at the same sizes in the same rounds. */
  readonly bare?: (size: number) => Work;
}

/** A point may cost so many times the smallest one. */
const limit = 2;
/** The same where the bare structure beside it grows more than twofold itself: a random access leaves the processor's cache. */
const coldLimit = 4;

/**
 * Times a work at each of its sizes, all of them interleaved. `ratio` is that to the smallest size, the median over the rounds;
 * the note says how the bare structure grew meanwhile, and whether the growth is within its limit.
 */
export async function growth(bench: Bench, { work, sizes, ours, bare }: Growing): Promise<Measure[]> {
  const works = sizes.map((size) => {
    bench.progress(`building ${work(count(size))}`);
    return ours(size);
  });
  const bareWorks = bare === undefined ? [] : sizes.map((size) => bare(size));
  bench.progress(`timing ${String(sizes.length)} sizes`);
  const timings = await interleave([...works, ...bareWorks], bench.effort);
  return sizes.map((size, index) => {
    const timing = timings[index]!;
    const grown = times(timing, timings[0]!);
    const beside = timings[sizes.length + index];
    const bareGrown = beside && times(beside, timings[sizes.length]!);
    return {
      work: work(count(size)),
      subject: 'rx-broker',
      value: timing.ns,
      unit: 'ns',
      ...(beside && { floor: { name: beside.name, value: beside.ns } }),
      ...grown,
      note: verdict(grown, bareGrown),
    };
  });
}

interface Grown {
  readonly ratio: number;
  readonly noise: number;
}

function times(timing: Timing, smallest: Timing): Grown {
  const ratios = timing.rounds.map((ns, round) => ns / smallest.rounds[round]!);
  return { ratio: median(ratios), noise: noiseOf(ratios) };
}

function verdict({ ratio, noise }: Grown, bare: Grown | undefined): string {
  const isCold = bare !== undefined && bare.ratio > limit;
  const allowed = isCold ? coldLimit : limit;
  const beside = bare === undefined ? '' : `; the bare one ${bare.ratio.toFixed(1)} ×`;
  // Where the bare structure alone grows more than that, nothing built on it can grow less.
  if (ratio > allowed && isCold && ratio <= bare.ratio) return `less than the bare one: ${bare.ratio.toFixed(1)} ×`;
  const word = ratio <= allowed ? 'within' : ratio - noise <= allowed ? 'about' : 'over';
  return `${word} ${String(allowed)} ×${beside}`;
}
