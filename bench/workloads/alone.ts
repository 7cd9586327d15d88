import { interleave, type Timing } from '../harness/interleave';
import type { Bench } from '../harness/part';
import type { Work } from '../harness/work';

/** Times one work that is compared with nothing in its process. */
export async function alone(bench: Bench, work: Work): Promise<Timing> {
  return (await interleave([work], bench.effort))[0]!;
}
