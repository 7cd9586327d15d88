import type { Bench } from './part';
import type { Measure } from './measure';
import { median, noiseOf } from './statistics';

/** Work that another process takes part in: the time that passes counts, not that of this process. */
export interface TimedWork {
  readonly name: string;
  /** Does the work once, and resolves with the nanoseconds that an operation took. */
  time(): Promise<number>;
}

/** A row of a cost table, before it is measured by the clock. */
export interface TimedRow {
  readonly work: string;
  readonly ours: TimedWork;
  readonly floor: TimedWork;
  readonly budget?: string;
  readonly note?: string;
}

const ROUNDS = { full: 21, short: 7 };

/** Measures our work and its floor, one after the other in each round. */
export async function againstTheClock(bench: Bench, { ours, floor, ...row }: TimedRow): Promise<Measure> {
  const times: { readonly our: number; readonly its: number }[] = [];
  // The first two rounds warm up.
  for (let round = -2; round < ROUNDS[bench.effort]; round++) {
    bench.progress(`${row.work}, round ${round}`);
    const isOursFirst = round % 2 === 0;
    const first = await (isOursFirst ? ours : floor).time();
    const second = await (isOursFirst ? floor : ours).time();
    if (round >= 0) times.push(isOursFirst ? { our: first, its: second } : { our: second, its: first });
  }
  const ratios = times.map(({ our, its }) => our / its);
  const its = median(times.map((each) => each.its));
  return { ...row, subject: 'rx-broker', value: median(times.map(({ our }) => our)), unit: 'ns', floor: { name: floor.name, value: its }, ratio: median(ratios), noise: noiseOf(ratios) };
}
