/** Work to be timed. It counts how many of its operations have arrived. */
export interface Work {
  readonly name: string;
  /** How many operations one `run` asks for. */
  readonly operations: number;
  run(): void | Promise<void>;
  /** How many operations have arrived since the work was made. Each `run` has to add `operations` to this. */
  arrived(): number;
}

/** @throws an Error, if fewer or more operations have arrived since `before` than were asked for: skipped work must not give a number. */
export function checkArrived(work: Work, before: number, runs: number): void {
  const expected = runs * work.operations;
  const arrived = work.arrived() - before;
  if (arrived === expected) return;
  throw new Error(`${work.name}: ${String(expected)} operations were asked for, ${String(arrived)} have arrived.`);
}
