import { type NetworkOptions, createNetwork } from 'rx-broker/testing';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { virtually } from '../broker/setup';

type Network = ReturnType<typeof createNetwork>;
type Transport = ReturnType<Network['transport']>;

/** A node, and a line for everything that its transport told it: `12 batch b~1 x`. */
interface Node {
  readonly transport: Transport;
  readonly told: string[];
}

interface Run {
  readonly network: Network;
  /** Makes and starts a node. */
  join(name: string): Node;
  at(ms: number, work: () => unknown): void;
  flush(): void;
}

/** Runs a network in virtual time. */
function inNetwork(options: NetworkOptions, work: (run: Run) => void): void {
  const scheduler = new TestScheduler(() => {});
  scheduler.run(({ cold, flush }) => {
    const network = createNetwork({ seed: 1, ...options });
    const join = (name: string): Node => {
      const transport = network.transport(name);
      const told: string[] = [];
      const note = (...line: unknown[]): void => void told.push([scheduler.now(), ...line].join(' '));
      const listener = {
        batch: (from: string, batch: unknown) => note('batch', from, batch),
        up: (node: string) => note('up', node),
        down: (node: string) => note('down', node),
        connected: (isUp: boolean) => note('connected', isUp),
        fenced: () => note('fenced'),
      };
      transport.start(listener).then(() => note('started'));
      return { transport, told };
    };
    const at = (ms: number, then: () => unknown): void => void cold(`${ms}ms (x|)`).subscribe(() => then());
    work({ network, join, at, flush });
  });
}

/** The batches that a node got, in order. */
const batchesOf = ({ told }: Node): string[] => told.filter((line) => line.includes('batch')).map((line) => line.split(' ')[3]!);
/** What a node was told from a time on. */
const toldFrom = (ms: number, { told }: Node): string[] => told.filter((line) => Number(line.split(' ')[0]) >= ms);

/** Sends 1,000 batches from a to b, one a millisecond, and answers what b got. */
function flood(options: NetworkOptions): { got: number[]; network: Network } {
  let result!: { got: number[]; network: Network };
  inNetwork(options, ({ network, join, at, flush }) => {
    const [a, b] = [join('a'), join('b')];
    for (let n = 0; n < 1_000; n++) at(100 + n, () => a.transport.send('b~1', String(n)));
    flush();
    result = { got: batchesOf(b).map(Number), network };
  });
  return result;
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((one, other) => one - other);

describe('createNetwork', () => {
  it('introduces nodes to each other, and carries batches with their latency', () => {
    inNetwork({ latency: 5 }, ({ join, at, flush }) => {
      const a = join('a');
      let b!: Node;
      at(20, () => {
        b = join('b');
        at(20, () => {
          expect(a.transport.send('b~1', 'x')).toBe(true);
          expect(b.told).toEqual(['30 up a~1', '30 started']);
        });
      });
      flush();
      expect(a.told).toEqual(['10 started', '30 up b~1']);
      expect(b.told.at(-1)).toBe('45 batch a~1 x');
    });
  });

  it('carries nothing on the stack of the sender, also without latency', () => {
    inNetwork({}, ({ join, at, flush }) => {
      const [a, b] = [join('a'), join('b')];
      at(1, () => {
        a.transport.send('b~1', 'x');
        expect(batchesOf(b)).toEqual([]);
      });
      flush();
      expect(b.told.at(-1)).toBe('1 batch a~1 x');
    });
  });

  it('gives each start of a name an id of its own', () => {
    const network = createNetwork();
    expect([network.transport('a').nodeId, network.transport('a').nodeId, network.transport('b').nodeId]).toEqual(['a~1', 'a~2', 'b~1']);
  });

  it('refuses bad options, names that it does not know, and batches that no transport could carry', () => {
    const network = createNetwork({ maxBatch: 4 });
    const { send } = network.transport('a');
    expect(() => createNetwork({ los: 1 } as never)).toThrow(/unknown option 'los', did you mean 'loss'/);
    expect(() => createNetwork({ loss: 1.5 })).toThrow(new RangeError('loss must be a number from 0 to 1, got 1.5'));
    expect(() => createNetwork({ latency: [5, 1] })).toThrow(/latency must be whole milliseconds from 0, or \[least, most\], got an array/);
    expect(() => createNetwork({ seed: 0.5 })).toThrow(/seed must be an integer/);
    expect(() => network.disturb({ lease: 5 } as never)).toThrow(/unknown option 'lease'/);
    expect(() => network.cut('c')).toThrow(new RangeError("a name must be one of the network's: 'a', got 'c'"));
    expect(() => send.call(network.transport('a'), 'b', 'ééé')).toThrow(/at most 4 bytes, got '6 bytes'/);
    expect(() => send.call(network.transport('a'), 'b', [1])).toThrow(/not structured/);
  });

  describe('by chance', () => {
    it('loses the share that was asked for', () => {
      const { got, network } = flood({ loss: 0.3 });
      expect(got.length).toBeGreaterThan(600);
      expect(got.length).toBeLessThan(800);
      expect(got).toEqual(ascending(got));
      expect(network.counts).toEqual({ sent: 1_000, delivered: got.length, lost: 1_000 - got.length, doubled: 0, swapped: 0 });
    });

    it('doubles the share that was asked for', () => {
      const { got, network } = flood({ doubles: 0.1 });
      expect(got).toHaveLength(1_000 + network.counts.doubled);
      expect(network.counts.doubled).toBeGreaterThan(50);
      expect(new Set(got).size).toBe(1_000);
    });

    it('swaps neighbours', () => {
      const { got, network } = flood({ swaps: 0.1 });
      expect(ascending(got)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
      expect(network.counts.swapped).toBeGreaterThan(50);
      const swapped = got.filter((n, index) => n !== index);
      expect(swapped).toHaveLength(2 * network.counts.swapped);
      expect(got.every((n, index) => Math.abs(n - index) <= 1)).toBe(true);
    });

    it('lets no batch wait for a next one that does not come', () => {
      inNetwork({ swaps: 1 }, ({ join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        at(10, () => a.transport.send('b~1', 'x'));
        flush();
        expect(b.told.at(-1)).toBe('15 batch a~1 x');
      });
    });

    it('delays within its bounds, so that batches overtake each other', () => {
      const { got } = flood({ latency: [1, 20] });
      expect(ascending(got)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
      expect(got).not.toEqual(ascending(got));
    });

    it('does the same with the same seed, and tells the seed that it chose', () => {
      const faults = { loss: 0.2, doubles: 0.2, swaps: 0.2, latency: [0, 9] as const };
      const first = flood({ ...faults, seed: undefined });
      expect(flood({ ...faults, seed: first.network.seed }).got).toEqual(first.got);
      expect(flood({ ...faults, seed: first.network.seed + 1 }).got).not.toEqual(first.got);
    });

    it('begins and ends on command', () => {
      inNetwork({}, ({ network, join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        at(1, () => a.transport.send('b~1', '1'));
        at(2, () => network.disturb({ loss: 1 }));
        at(3, () => a.transport.send('b~1', '2'));
        at(4, () => network.disturb({ loss: 0, latency: 3 }));
        at(5, () => a.transport.send('b~1', '3'));
        flush();
        expect(toldFrom(1, b)).toEqual(['1 batch a~1 1', '8 batch a~1 3']);
      });
    });
  });

  describe('claims', () => {
    it('gives an id to the first claim that arrives', () => {
      inNetwork({ latency: 2 }, ({ join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        const owners: string[] = [];
        at(10, () => b.transport.claim('id').then((owner) => owners.push(`b: ${owner}`)));
        at(10, () => a.transport.claim('id').then((owner) => owners.push(`a: ${owner}`)));
        at(13, () => expect(owners).toEqual([]));
        flush();
        expect(owners).toEqual(['b: b~1', 'a: b~1']);
      });
    });

    it('keeps claims and releases of a node in order, and lets only the owner release', () => {
      inNetwork({ latency: [0, 9] }, ({ join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        const owners: string[] = [];
        at(50, () => {
          a.transport.claim('mine');
          a.transport.claim('gone');
          a.transport.release('gone');
        });
        at(100, () => b.transport.release('mine'));
        at(150, () => {
          for (const id of ['mine', 'gone']) b.transport.claim(id).then((owner) => owners.push(owner));
        });
        flush();
        expect(owners).toEqual(['a~1', 'b~1']);
      });
    });

    it('frees the claims of a node that leaves', () => {
      inNetwork({}, ({ join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        const owners: string[] = [];
        at(1, () => a.transport.claim('id'));
        at(2, () => a.transport.close());
        at(3, () => b.transport.claim('id').then((owner) => owners.push(owner)));
        flush();
        expect(owners).toEqual(['b~1']);
        expect(toldFrom(2, b)).toEqual(['2 down a~1']);
      });
    });
  });

  describe('when a node is cut off', () => {
    it('loses and refuses batches, and carries those that come after the cut has healed', () => {
      inNetwork({ latency: 2 }, ({ network, join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        const taken: boolean[] = [];
        const send = (text: string) => () => void taken.push(a.transport.send('b~1', text), b.transport.send('a~1', text));
        at(99, send('under way'));
        at(100, () => network.cut('b'));
        at(101, send('cut'));
        at(200, () => network.heal('b'));
        at(201, send('healed'));
        flush();
        expect(taken).toEqual([true, true, true, false, true, true]);
        expect(toldFrom(50, a)).toEqual(['101 batch b~1 under way', '203 batch b~1 healed']);
        expect(toldFrom(50, b)).toEqual(['100 connected false', '200 connected true', '203 batch a~1 healed']);
      });
    });

    it('declares it gone when its lease has ended: it is fenced, then the others are told', () => {
      inNetwork({ lease: 1_000, latency: 2 }, ({ network, join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        const owners: string[] = [];
        at(50, () => b.transport.claim('id'));
        at(100, () => network.cut('b'));
        at(1_050, () => a.transport.claim('id').then((owner) => owners.push(owner)));
        at(1_200, () => a.transport.claim('id').then((owner) => owners.push(owner)));
        at(1_300, () => network.heal('b'));
        at(1_400, () => expect(b.transport.send('a~1', 'x')).toBe(false));
        flush();
        expect(owners).toEqual(['b~1', 'a~1']);
        expect(toldFrom(50, a)).toEqual(['1102 down b~1']);
        expect(toldFrom(50, b)).toEqual(['100 connected false', '1100 fenced']);
      });
    });

    it('holds its claims and the news for it until the cut has healed', () => {
      inNetwork({}, ({ network, join, at, flush }) => {
        const a = join('a');
        const owners: string[] = [];
        at(10, () => network.cut('a'));
        at(20, () => a.transport.claim('id').then((owner) => owners.push(owner)));
        at(30, () => join('b').transport.claim('id'));
        at(40, () => network.heal('a'));
        flush();
        expect(owners).toEqual(['b~1']);
        expect(toldFrom(10, a)).toEqual(['10 connected false', '40 connected true', '40 up b~1']);
      });
    });

    it('lets it start when the cut has healed', () => {
      inNetwork({}, ({ network, join, at, flush }) => {
        network.transport('a');
        network.cut('a');
        const a = join('a');
        at(500, () => network.heal('a'));
        flush();
        expect(a.told).toEqual(['500 started']);
      });
    });

    it('in one direction, loses batches and tells nobody', () => {
      inNetwork({ lease: 1_000 }, ({ network, join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        at(10, () => network.cut('a', 'b'));
        at(20, () => expect([a.transport.send('b~1', 'lost'), b.transport.send('a~1', 'passed')]).toEqual([true, true]));
        at(5_000, () => network.heal('a', 'b'));
        at(5_001, () => a.transport.send('b~1', 'healed'));
        flush();
        expect(toldFrom(10, a)).toEqual(['20 batch b~1 passed']);
        expect(toldFrom(10, b)).toEqual(['5001 batch a~1 healed']);
      });
    });
  });

  describe('when a node is killed', () => {
    it('says no goodbye: the others are told when the lease has ended, and the name returns as another node', () => {
      inNetwork({ lease: 1_000 }, ({ network, join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        at(100, () => {
          a.transport.send('b~1', 'the last');
          network.kill('a');
        });
        at(101, () => b.transport.send('a~1', 'lost'));
        at(200, () => join('a'));
        flush();
        expect(toldFrom(100, a)).toEqual(['100 fenced']);
        expect(toldFrom(100, b)).toEqual(['100 batch a~1 the last', '200 up a~2', '1100 down a~1']);
      });
    });

    it('rejects what it has asked for', () => {
      inNetwork({ latency: 5 }, ({ network, join, at, flush }) => {
        const a = join('a');
        const failures: unknown[] = [];
        const failed = (error: unknown): void => void failures.push(error);
        at(100, () => a.transport.claim('open').then(undefined, failed));
        at(101, () => network.kill('a'));
        at(102, () => a.transport.claim('late').then(undefined, failed));
        flush();
        expect(failures).toEqual([new Error('the node a~1 has left the network'), new Error('the node a~1 has left the network')]);
      });
    });
  });

  describe('when a node is stopped', () => {
    it('holds what it sends and receives, in order', () => {
      inNetwork({ lease: 1_000 }, ({ network, join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        at(100, () => network.stop('b'));
        at(200, () => a.transport.send('b~1', 'one'));
        at(300, () => b.transport.send('a~1', 'two'));
        at(400, () => a.transport.send('b~1', 'three'));
        at(500, () => network.resume('b'));
        flush();
        expect(toldFrom(100, a)).toEqual(['500 batch b~1 two']);
        expect(toldFrom(100, b)).toEqual(['500 batch a~1 one', '500 batch a~1 three']);
      });
    });

    it('fences it before anything else if its lease has ended meanwhile', () => {
      inNetwork({ lease: 1_000 }, ({ network, join, at, flush }) => {
        const [a, b] = [join('a'), join('b')];
        at(100, () => network.stop('b'));
        at(200, () => a.transport.send('b~1', 'x'));
        at(2_000, () => network.resume('b'));
        flush();
        expect(toldFrom(100, a)).toEqual(['1100 down b~1']);
        expect(toldFrom(100, b)).toEqual(['2000 fenced']);
      });
    });
  });

  describe('with structured batches', () => {
    it('clones them, and moves what is to be transferred', () => {
      virtually(({ at }) => {
        const network = createNetwork({ structured: true });
        const [a, b] = [network.transport('a'), network.transport('b')];
        const got: any[] = [];
        const silent = { up: () => {}, down: () => {}, connected: () => {}, fenced: () => {} };
        a.start({ ...silent, batch: () => {} });
        b.start({ ...silent, batch: (_from, batch) => got.push(batch) });
        const bytes = new Uint8Array([1, 2]);
        const batch = [{ at: new Date(0) }, bytes];
        at(1, () => a.send('b~1', batch, [bytes.buffer]));
        at(2, () => {
          expect(got).toEqual([[{ at: new Date(0) }, new Uint8Array([1, 2])]]);
          expect(got[0][0]).not.toBe(batch[0]);
          expect(bytes.byteLength).toBe(0);
          expect(() => a.send('b~1', [() => {}])).toThrow(/could not be cloned/);
        });
      });
    });
  });

  it('settles its promises in virtual time, and loses no error of their callbacks', () => {
    inNetwork({ latency: 5 }, ({ join, at, flush }) => {
      const seen: unknown[] = [];
      const { transport } = join('a');
      at(10, () => {
        const claimed = transport.claim('id');
        claimed
          .then((owner) => transport.claim(`${owner}!`))
          .then(() => {
            throw new Error('late');
          })
          .then(undefined, (error: unknown) => seen.push(error));
        at(30, () => {
          claimed.then((owner) => seen.push(owner));
          expect(seen).toEqual([new Error('late')]);
        });
      });
      flush();
      expect(seen).toEqual([new Error('late'), 'a~1']);
      transport.claim('other').then(() => {
        throw new Error('unheard');
      });
      expect(flush).toThrow('unheard');
    });
  });
});
