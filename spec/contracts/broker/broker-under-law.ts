import type { BrokerMetrics, BrokerOptions, DeadLetter, MessageBroker } from 'rx-broker';
import { expect } from 'vitest';
import { expectConserved } from '../../broker/setup';
import type { Law } from '../law';

/** Traits that an implementation may have. A law that needs a missing trait is skipped. */
export interface BrokerTraits {
  /** Everything that a call causes has happened when the call returns (D1). */
  readonly synchronous: boolean;
  /** A message or an error arrives as the very same object, and one broker counts both its sending and its end. */
  readonly oneProcess: boolean;
  /** Only `pass` moves the broker's time, and exactly by its argument. */
  readonly virtualTime: boolean;
}

/** A broker, or two nodes of one. */
export interface BrokerUnderLaw {
  /** The broker on which actors are registered. */
  readonly home: MessageBroker;
  /** The broker from which they are reached: the same one, or another node of it. */
  readonly broker: MessageBroker;
  /** Waits until everything that was sent has arrived, and promises of handlers have settled. */
  settle(): Promise<void>;
  /** Settles, lets `ms` milliseconds of the broker's time pass, and settles again. */
  pass(ms: number): Promise<void>;
  /** Gives resources back, such as connections. Called last, also if the law is broken. */
  end?(): Promise<void>;
}

/** Makes a new broker, or two nodes. Called for each law. */
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

/** A law. After its own check two more hold: the figures of O2, and nothing is left open after `close` (§7). */
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

/**
 * A law about functions that a broker is given as options. `prepare` makes the options anew for each broker, and with them `notes` of what the
 * functions are told.
 */
export function brokerLawWith<Notes>(
  name: string,
  prepare: () => readonly [options: BrokerOptions, notes: Notes],
  work: (under: BrokerUnderLaw & { readonly letters: DeadLetter[] }, notes: Notes) => void | Promise<void>,
  needs: readonly (keyof BrokerTraits)[] = [],
): BrokerLaw {
  return {
    name,
    needs,
    check(create) {
      const [options, notes] = prepare();
      return brokerLaw(name, (under) => work(under, notes), { options }).check(create);
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

/** Checks that a closed broker has nothing open. */
export function expectNothingOpen(metrics: BrokerMetrics): void {
  expect(metrics).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0, registeredActors: 0 });
  expectConserved(metrics);
}
