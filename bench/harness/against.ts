import { interleave, ratioOf, type Timing } from './interleave';
import type { Measure } from './measure';
import type { Bench } from './part';
import type { Work } from './work';

/** A row of a cost table, before it is measured. */
export interface Row {
  readonly work: string;
  readonly ours: Work;
  readonly floor: Work;
  readonly budget?: string;
  readonly note?: string;
}

/** Measures a row of a cost table: our work and its floor, interleaved. */
export async function against(bench: Bench, { ours, floor, ...row }: Row): Promise<Measure> {
  const [our, its] = (await interleave([ours, floor], bench.effort)) as [Timing, Timing];
  return { ...row, subject: 'rx-broker', value: our.ns, unit: 'ns', floor: { name: floor.name, value: its.ns }, ...ratioOf(our, its) };
}
