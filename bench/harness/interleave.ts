import { roundsOf, type Effort } from './effort';
import { median, noiseOf } from './statistics';
import { checkArrived, type Work } from './work';

/** What a work took, in nanoseconds an operation, round by round. */
export interface Timing {
  readonly name: string;
  readonly rounds: readonly number[];
  /** The median of the rounds. */
  readonly ns: number;
}

export interface Ratio {
  /** The median of the ratios of each round. */
  readonly ratio: number;
  /** How far the ratio of a usual round is from it. */
  readonly noise: number;
}

/**
 * Times works against each other in one process. Every round times each of them once, the even rounds forwards and the odd ones
 * backwards: what slows the machine for a while slows all of them, and the ratios of a round stay true where means do not.
 */
export async function interleave(works: readonly Work[], effort: Effort): Promise<Timing[]> {
  const { rounds, sample, warmUp } = roundsOf[effort];
  const runs: number[] = [];
  for (const work of works) runs.push(await runsFor(work, sample, warmUp));
  const times: number[][] = works.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < works.length; turn++) {
      const index = round % 2 === 0 ? turn : works.length - 1 - turn;
      times[index]!.push(await time(works[index]!, runs[index]!));
    }
  }
  return works.map(({ name }, index) => ({ name, rounds: times[index]!, ns: median(times[index]!) }));
}

export function ratioOf(ours: Timing, floor: Timing): Ratio {
  const ratios = ours.rounds.map((ns, round) => ns / floor.rounds[round]!);
  return { ratio: median(ratios), noise: noiseOf(ratios) };
}

/** Warms a work up, and says how often it has to run for one sample. */
async function runsFor(work: Work, sample: number, warmUp: number): Promise<number> {
  let spent = 0;
  let fastest = Infinity;
  for (let run = 0; run < 3 || spent < warmUp; run++) {
    const ms = ((await time(work, 1)) * work.operations) / 1e6;
    spent += ms;
    fastest = Math.min(fastest, ms);
  }
  return Math.max(1, Math.round(sample / fastest));
}

/** Nanoseconds an operation. */
async function time(work: Work, runs: number): Promise<number> {
  const before = work.arrived();
  const start = process.hrtime.bigint();
  for (let run = 0; run < runs; run++) {
    const promise = work.run();
    // Only what is asynchronous is awaited: an await in between would count as work.
    if (promise !== undefined) await promise;
  }
  const ns = Number(process.hrtime.bigint() - start);
  checkArrived(work, before, runs);
  return ns / (runs * work.operations);
}
