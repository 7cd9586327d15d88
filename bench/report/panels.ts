import type { Measure } from '../harness/measure';
import { peerWorks } from './peer-matrix';
import type { Results } from './results';

/** One line of a panel: a bar, or a text if there is no value. */
export interface Bar {
  readonly label: string;
  readonly who: 'ours' | 'peer' | 'floor';
  /** Undefined: not supported. */
  readonly value: number | undefined;
}

/** Bars that share an axis. */
export interface Panel {
  readonly title: string;
  readonly unit: 'ns' | 'bytes';
  readonly bars: readonly Bar[];
}

const measuresOf = ({ parts }: Results, names: readonly string[]): readonly Measure[] =>
  parts.filter(({ name }) => names.includes(name)).flatMap(({ measures }) => measures);

const titles: Readonly<Record<string, string>> = {
  'to one actor': 'Fire and forget to one actor',
  'request, reply': 'Request and reply',
  'fan-out to 100, each': 'Fan-out to 100, a delivery',
  '1 of 1,000 channels': '1,000 channels, traffic on one',
  '100,000 stalled, each': 'A stalled consumer with 100,000 messages, each',
  '100,000 stalled, kept each': 'The same: memory kept for each',
};

/** One panel for each work that peers do, the shortest bars first. */
export function peerPanels(results: Results): readonly Panel[] {
  return peerWorks(results).map(({ work, unit, ours, peers }) => {
    const others = peers.map(({ name, ratio }): Bar => ({ label: name, who: 'peer', value: ratio === undefined ? undefined : ratio * ours }));
    const bars = [{ label: 'rx-broker', who: 'ours', value: ours } as const, ...others];
    const sorted = bars.sort((a, b) => (a.value ?? Infinity) - (b.value ?? Infinity) || (a.label < b.label ? -1 : 1));
    return { title: titles[work] ?? work, unit: unit === 'bytes' ? 'bytes' : 'ns', bars: sorted };
  });
}

/** One panel with pairs of bars: our cost and the cost of the floor. */
export function floorPanel(results: Results): Panel {
  const pairs = measuresOf(results, ['send', 'request', 'broadcast', 'queue', 'operators', 'failure']).filter(
    ({ unit, floor, budget }) => unit === 'ns' && floor !== undefined && budget !== undefined,
  );
  let work = '';
  const bars = pairs.flatMap((pair): Bar[] => {
    if (pair.work !== 'the same') work = pair.work.replace(/, each$/, '');
    return [
      { label: work, who: 'ours', value: pair.value },
      { label: pair.floor!.name, who: 'floor', value: pair.floor!.value },
    ];
  });
  return { title: 'Beside what it is built on: a floor for each work', unit: 'ns', bars };
}
