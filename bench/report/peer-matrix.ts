import type { Measure, Unit } from '../harness/measure';
import { median } from '../harness/statistics';
import type { Results } from './results';

/** The costs of one work, of our broker and of the peers. */
export interface PeerWork {
  readonly work: string;
  readonly unit: Unit;
  /** Our cost: the median over the processes in which our broker ran beside a peer. */
  readonly ours: number;
  /** The cost of each peer as a multiple of ours, measured beside it in one process. Undefined: not supported. */
  readonly peers: readonly { readonly name: string; readonly ratio: number | undefined }[];
}

/** The costs of the peers. They are ratios, since two processes on one machine are not equally fast. */
export function peerWorks({ parts }: Results): readonly PeerWork[] {
  const measures = parts.filter(({ name }) => name === 'peers').flatMap((part) => part.measures);
  const works = [...new Set(measures.map(({ work }) => work))];
  return works.map((work) => {
    const row = measures.filter((measure) => measure.work === work);
    const peers = row.filter(isPeer);
    const ours = median(peers.flatMap(({ floor }) => (floor === undefined ? [] : [floor.value])));
    return { work, unit: row[0]!.unit, ours, peers: peers.map(({ subject, ratio }) => ({ name: subject, ratio })) };
  });
}

/** Whether a measure is a peer's. Our broker has no ratio to itself. */
const isPeer = ({ value, ratio }: Measure): boolean => value === undefined || ratio !== undefined;
