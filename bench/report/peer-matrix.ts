import type { Measure, Unit } from '../harness/measure';
import { median } from '../harness/statistics';
import type { Results } from './results';

/** One work, done by ours and by the peers. */
export interface PeerWork {
  readonly work: string;
  readonly unit: Unit;
  /** The cost of ours: the median over the processes in which it ran beside a peer. */
  readonly ours: number;
  /** The cost of each peer as a multiple of ours, measured beside it in one process. Undefined: not supported. */
  readonly peers: readonly { readonly name: string; readonly ratio: number | undefined }[];
}

/** The costs of peers, as ratios, since two processes on one machine are not equally fast. */
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

/** Ours has no ratio to itself. */
const isPeer = ({ value, ratio }: Measure): boolean => value === undefined || ratio !== undefined;
