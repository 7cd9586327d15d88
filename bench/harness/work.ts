/** Something to do again and again that counts how many of its operations have arrived. */
export interface Work {
  readonly name: string;
  /** How many operations one `run` asks for. */
  readonly operations: number;
  run(): void | Promise<void>;
  /** How many operations have arrived since the work was made: each `run` has to add `operations` to it. */
  arrived(): number;
}

/** @throws an Error, if fewer or more operations have arrived since `before` than were asked for: a benchmark that skips work has no number. */
export function checkArrived(work: Work, before: number, runs: number): void {
  const expected = runs * work.operations;
  const arrived = work.arrived() - before;
  if (arrived === expected) return;
  throw new Error(`${work.name}: ${String(expected)} operations were asked for, ${String(arrived)} have arrived.`);
}
