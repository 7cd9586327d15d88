import { interleave, ratioOf, type Timing } from '../harness/interleave';
import type { Measure, Unit } from '../harness/measure';
import type { Bench, Case, Part } from '../harness/part';
import type { Work } from '../harness/work';
import type { NotSupported, Offer, Peer, PeerWork } from '../peers/peer';
import { ours, peers as others } from '../peers/peers';
import { bytesStalled, stalling } from '../peers/stalling';

/** Ours and another's, and how many times ours the other's is. */
interface Comparison {
  readonly ours: number;
  readonly other: number;
  readonly ratio: number;
  readonly noise?: number;
}

/** A column of the table. */
interface Column {
  readonly work: string;
  readonly unit: Unit;
  /** The peer's property that has this work. */
  readonly offer: PeerWork;
  compare(bench: Bench, ours: Peer, other: Peer): Promise<Comparison>;
}

/** Every column has a case for each peer: the feedback that one bus gave the engine about RxJS would slow the others in its process. */
const beside =
  ({ work, unit, offer, compare }: Column, peer: string, isFirst: boolean): Case =>
  async (bench) => {
    const other = await others[peer]!();
    const row = { work, subject: peer, unit };
    const offered = other[offer];
    if (typeof offered !== 'function') return [{ ...row, value: undefined, note: offered.why }];
    const our = await ours();
    const { ours: mine, other: its, ...ratio } = await compare(bench, our, other);
    const measure: Measure = { ...row, value: its, floor: { name: our.name, value: mine }, ...ratio, note: other.notes?.[offer] };
    return isFirst ? [{ work, subject: our.name, value: mine, unit }, measure] : [measure];
  };

const made = <T>(offer: Offer<T>): T | Promise<T> => (offer as Exclude<Offer<T>, NotSupported>)();

const timed = (work: string, offer: Exclude<PeerWork, 'stalled'>): Column => ({
  work,
  unit: 'ns',
  offer,
  compare: async ({ effort }, our, other) => inPairs(await interleave([await made(other[offer]), await made(our[offer])], effort)),
});

const stalled: Column = {
  work: '100,000 stalled, each',
  unit: 'ns',
  offer: 'stalled',
  // One run sends 100,000 messages, and some peers take more than a second for them: a few rounds are enough.
  compare: async (_, our, other) => inPairs(await interleave([other, our].map(stallingOf), 'short')),
};

const stallingOf = (peer: Peer): Work => stalling(peer.name, () => made(peer.stalled));

function inPairs(timings: readonly Timing[]): Comparison {
  const [its, mine] = timings as [Timing, Timing];
  return { ours: mine.ns, other: its.ns, ...ratioOf(its, mine) };
}

const kept: Column = {
  work: '100,000 stalled, kept each',
  unit: 'bytes',
  offer: 'stalled',
  async compare(_, our, other) {
    const mine = await bytesStalled(our.name, () => made(our.stalled));
    const its = await bytesStalled(other.name, () => made(other.stalled));
    return { ours: mine, other: its, ratio: its / mine };
  },
};

const columns: Readonly<Record<string, Column>> = {
  tell: timed('to one actor', 'tell'),
  ask: timed('request, reply', 'ask'),
  'fan-out': timed('fan-out to 100, each', 'fanOut'),
  channels: timed('1 of 1,000 channels', 'channels'),
  stalled,
  kept,
};

export const peers: Part = {
  title: 'Peers',
  about:
    'The same work until its last message has arrived, each in its own documented way; in brackets how many times ours, interleaved in one process.',
  cases: Object.fromEntries(
    Object.entries(columns).flatMap(([name, column]) =>
      Object.keys(others).map((peer, index) => [`${name}, ${peer}`, beside(column, peer, index === 0)]),
    ),
  ),
};
