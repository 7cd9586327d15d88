import { cpuTime } from './cpu-time';
import { roundsOf, type Effort } from './effort';
import { median, noiseOf } from './statistics';
import { checkArrived, type Work } from './work';

/** The CPU time of a work, in nanoseconds an operation, round by round. */
export interface Timing {
  readonly name: string;
  readonly rounds: readonly number[];
  /** The median of the rounds. */
  readonly ns: number;
}

export interface Ratio {
  /** The median of the ratios of each round. */
  readonly ratio: number;
  /** How far the ratio of a usual round is from the median. */
  readonly noise: number;
}

/**
 * Times works against each other in one process. Every round times each of them once, the even rounds forwards and the odd ones
 * backwards. A machine that is slow for a while is slow for all of them, so the ratios of a round stay true where means do not.
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

/** Warms a work up, and returns how often it has to run for one sample. */
async function runsFor(work: Work, sample: number, warmUp: number): Promise<number> {
  const start = performance.now();
  let fastest = Infinity;
  for (let count = 0; count < 3 || performance.now() - start < warmUp; count++) {
    const before = performance.now();
    await run(work, 1);
    fastest = Math.min(fastest, performance.now() - before);
  }
  return Math.max(1, Math.round(sample / fastest));
}

/** Nanoseconds an operation. */
async function time(work: Work, runs: number): Promise<number> {
  const arrived = work.arrived();
  const start = cpuTime();
  await run(work, runs);
  const ns = cpuTime() - start;
  checkArrived(work, arrived, runs);
  return ns / (runs * work.operations);
}

async function run(work: Work, runs: number): Promise<void> {
  for (let count = 0; count < runs; count++) {
    const promise = work.run();
    // A synchronous work is not awaited: an await in between would count as work.
    if (promise !== undefined) await promise;
  }
}
