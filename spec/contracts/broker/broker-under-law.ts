import type { BrokerMetrics, BrokerOptions, DeadLetter, MessageBroker } from 'rx-broker';
import { expect } from 'vitest';
import { expectConserved } from '../../broker/setup';
import type { Law } from '../law';

/** What an implementation may or may not be; a law that needs what it is not is left out for it. */
export interface BrokerTraits {
  /** What a call brings about has happened when it returns (D1). */
  readonly synchronous: boolean;
  /** Messages and errors arrive as the very same object, and one ledger counts both ends. */
  readonly oneProcess: boolean;
  /** `pass` moves the broker's time by exactly as much, and nothing else does. */
  readonly virtualTime: boolean;
}

/** A broker, or two nodes of one. */
export interface BrokerUnderLaw {
  /** Where actors are registered. */
  readonly home: MessageBroker;
  /** Where they are reached from: the same broker, or another node of it. */
  readonly broker: MessageBroker;
  /** Waits until everything that is under way has arrived, Promises of handlers included. */
  settle(): Promise<void>;
  /** Settles, lets so many milliseconds of the broker's time pass, and settles again. */
  pass(ms: number): Promise<void>;
  /** Gives back what it took, such as connections. Called last, whether or not the law was kept. */
  end?(): Promise<void>;
}

/** Makes a broker, or two nodes, that nobody has used: it is called for each law. */
export type CreateBroker = (options?: BrokerOptions) => BrokerUnderLaw | Promise<BrokerUnderLaw>;

export interface BrokerLaw extends Law<CreateBroker> {
  readonly needs: readonly (keyof BrokerTraits)[];
}

interface LawOptions {
  readonly needs?: readonly (keyof BrokerTraits)[];
  readonly options?: BrokerOptions;
}

/** `letters` are the dead letters of all nodes so far. */
type LawWork = (under: BrokerUnderLaw & { readonly letters: DeadLetter[] }) => void | Promise<void>;

/** A law, and with it those that hold after each: the figures of O2, and nothing left open after `close` (§7). */
export function brokerLaw(name: string, work: LawWork, how: LawOptions = {}): BrokerLaw {
  const { needs = [], options } = how;
  return {
    name,
    needs,
    async check(create) {
      const under = await create(options);
      try {
        await checkAt(under, work);
      } finally {
        await under.end?.();
      }
    },
  };
}

async function checkAt(under: BrokerUnderLaw, work: LawWork): Promise<void> {
  const nodes = new Set([under.home, under.broker]);
  const letters: DeadLetter[] = [];
  const errors: unknown[] = [];
  for (const node of nodes) node.deadLetters$.subscribe({ next: (letter) => letters.push(letter), error: (error: unknown) => errors.push(error) });
  await work({ ...under, letters });
  for (const node of nodes) expectConserved(node.metrics());
  await under.settle();
  for (const node of nodes) expectConserved(node.metrics());
  for (const node of nodes) await node.close({ drain: false });
  for (const node of nodes) expectNothingOpen(node.metrics());
  expect(errors).toEqual([]);
}

/** What a closed broker has left: nothing. */
export function expectNothingOpen(metrics: BrokerMetrics): void {
  expect(metrics).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0, registeredActors: 0 });
  expectConserved(metrics);
}
