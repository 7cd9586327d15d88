import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { type Checks, checkBoolean, checkDuration, checkName, checkPositiveInteger, checkScheduler, refuse, resolveOptions } from '../../failure/check';
import type { Transport } from '../../distributed/transport';
import { Dice } from './dice';
import { type NetworkFaults, faultChecks, faultless } from './network-faults';
import { type NetworkCounts, Wire } from './wire';
import { NetworkNode, type NetworkParts } from './network-node';
import { Registry } from './registry';

/** The options of a network of tests. */
export interface NetworkOptions extends NetworkFaults {
  /** The time in which the network runs. Default: `asyncScheduler`, which is virtual inside `TestScheduler.run`. */
  readonly scheduler?: SchedulerLike;
  /** An integer that decides all that happens by chance. Default: another one for each network, to be read as `network.seed`. */
  readonly seed?: number;
  /** Milliseconds for which a node counts as alive that is cut off, stopped or killed. Default 10,000. */
  readonly lease?: number;
  /** The largest batch in bytes. Default 1,048,576. */
  readonly maxBatch?: number;
  /** Whether batches may be structured data, which the network clones. Default: batches are text or bytes. */
  readonly structured?: boolean;
}

/**
 * A network in one process. Its faults come by chance, or by command. A command takes effect before it returns.
 *
 * A name stands for a machine: a command to a name applies to every node that was made with it.
 */
export interface Network {
  /** The seed of all that happens by chance. `createNetwork({ seed })` with it plays a run again. */
  readonly seed: number;
  /** Counts of batches, as a snapshot. */
  readonly counts: NetworkCounts;
  /** Makes the transport of a new node. Its `nodeId` is the name with the number of its start: `a~1`, then `a~2`. */
  transport(name: string): Transport;
  /** Changes the faults that are named. The others stay. */
  disturb(faults: NetworkFaults): void;
  /**
   * Cuts a name off: its nodes are told `connected(false)`, batches to and from them are lost or refused, and their claims wait. Batches that had
   * left them before arrive. When the lease has ended, they are fenced, and the others are told `down`. With `to`, only batches from `name` to
   * that name are lost, and nobody is told.
   */
  cut(name: string, to?: string): void;
  /** Ends every cut of this name, or only that of one direction. */
  heal(name: string, to?: string): void;
  /**
   * Ends the nodes of a name without a goodbye, as `kill -9` does: the others are told `down` when the lease has ended. Batches that
   * have left it arrive. The killed node itself is told `fenced`, so that its broker in this process comes to rest.
   */
  kill(name: string): void;
  /** Stops the nodes of a name, as `SIGSTOP` does: what they send and receive waits. Their own timers go on, since only the network stops them. */
  stop(name: string): void;
  /** Lets stopped nodes go on, as `SIGCONT` does. If the lease has ended meanwhile, they are fenced, and what waited is lost. */
  resume(name: string): void;
}

const checks: Checks<Required<NetworkOptions>> = {
  ...faultChecks,
  scheduler: checkScheduler,
  seed: checkSeed,
  lease: checkDuration,
  maxBatch: checkPositiveInteger,
  structured: checkBoolean,
};

/**
 * Makes a network in one process, for tests of distributed brokers: it delays, loses, doubles, swaps and cuts on command, in the time of a
 * scheduler. Inside `TestScheduler.run` a run of hours takes milliseconds. Every run with one seed and one order of calls is the same.
 *
 * A claim goes to the network and back, so it takes twice the latency. The first that arrives owns the id. The promises of its transports
 * settle in virtual time.
 *
 * ```ts
 * const network = createNetwork({ seed: 7, loss: 0.3, latency: [1, 20] });
 * const [a, b] = ['a', 'b'].map((name) => new DistributedMessageBroker(network.transport(name), { scheduler }));
 * network.cut('b'); // and after the lease, a sees b go
 * ```
 *
 * @throws {TypeError | RangeError} for a bad option, and for a command to a name without a transport.
 */
export function createNetwork(options?: NetworkOptions): Network {
  const defaults = { ...faultless, scheduler: asyncScheduler, seed: anySeed(), lease: 10_000, maxBatch: 1_048_576, structured: false };
  return new TestNetwork(resolveOptions<Required<NetworkOptions>>(options, checks, defaults));
}

class TestNetwork implements Network {
  readonly seed: number;
  readonly #parts: NetworkParts;
  readonly #nodes = new Map<string, NetworkNode[]>();
  readonly #cut = new Set<string>();

  constructor({ seed, scheduler, lease, maxBatch, structured, ...faults }: Required<NetworkOptions>) {
    this.seed = seed;
    const wire = new Wire(scheduler, new Dice(seed));
    wire.faults = faults;
    this.#parts = { scheduler, lease, maxBatch, structured, wire, registry: new Registry() };
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  get counts(): NetworkCounts {
    return { ...this.#parts.wire.counts };
  }

  transport(name: string): Transport {
    checkName(name, "a node's name");
    const nodes = this.#nodes.get(name) ?? [];
    const node = new NetworkNode(name, `${name}~${nodes.length + 1}`, this.#parts);
    this.#nodes.set(name, [...nodes, node]);
    if (this.#cut.has(name)) node.cut();
    return node;
  }

  disturb(faults: NetworkFaults): void {
    const { wire } = this.#parts;
    wire.faults = resolveOptions<Required<NetworkFaults>>(faults, faultChecks, wire.faults);
  }

  cut(name: string, to?: string): void {
    const nodes = this.#named(name);
    if (to === undefined) {
      this.#cut.add(name);
      for (const node of nodes) node.cut();
    } else {
      this.#named(to);
      this.#parts.wire.cut(name, to);
    }
  }

  heal(name: string, to?: string): void {
    const nodes = this.#named(name);
    if (to !== undefined) {
      this.#named(to);
      this.#parts.wire.heal(name, to);
      return;
    }
    for (const other of this.#nodes.keys()) {
      this.#parts.wire.heal(name, other);
      this.#parts.wire.heal(other, name);
    }
    this.#cut.delete(name);
    for (const node of nodes) node.heal();
  }

  kill(name: string): void {
    for (const node of this.#named(name)) node.kill();
  }

  stop(name: string): void {
    for (const node of this.#named(name)) node.stop();
  }

  resume(name: string): void {
    for (const node of this.#named(name)) node.resume();
  }

  #named(name: string): readonly NetworkNode[] {
    return this.#nodes.get(name) ?? refuse(`a name must be one of the network's: '${[...this.#nodes.keys()].join("', '")}'`, name, RangeError);
  }
}

function checkSeed(value: unknown, name: string): void {
  if (!Number.isInteger(value)) refuse(`${name} must be an integer`, value, RangeError);
}

function anySeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
