import type { Measure } from '../harness/measure';
import type { Results } from './results';

/** What is drawn on one line: a bar, or a word where there is no value. */
export interface Bar {
  readonly label: string;
  readonly who: 'ours' | 'peer' | 'floor';
  /** Nanoseconds. Undefined: not supported. */
  readonly value: number | undefined;
}

/** Bars that share an axis. */
export interface Panel {
  readonly title: string;
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
};

/** One panel for each work that peers do, the fastest first. */
export function peerPanels(results: Results): readonly Panel[] {
  const measures = measuresOf(results, ['peers']).filter(({ unit }) => unit === 'ns');
  return [...new Set(measures.map(({ work }) => work))].map((work) => {
    const bars = measures
      .filter((measure) => measure.work === work)
      .map(({ subject, value }): Bar => ({ label: subject, who: subject === 'rx-broker' ? 'ours' : 'peer', value }))
      .sort((a, b) => (a.value ?? Infinity) - (b.value ?? Infinity) || (a.label < b.label ? -1 : 1));
    return { title: titles[work] ?? work, bars };
  });
}

/** Ours and its floor, pair by pair. */
export function floorPanel(results: Results): Panel {
  const pairs = measuresOf(results, ['send', 'request', 'broadcast', 'queue', 'operators', 'failure']).filter(
    ({ unit, floor, budget }) => unit === 'ns' && floor !== undefined && budget !== undefined,
  );
  let work = '';
  const bars = pairs.flatMap((pair): Bar[] => {
    if (pair.work !== 'the same') work = pair.work;
    return [
      { label: work, who: 'ours', value: pair.value },
      { label: pair.floor!.name, who: 'floor', value: pair.floor!.value },
    ];
  });
  return { title: 'Beside what it is built on: a floor for each work', bars };
}
