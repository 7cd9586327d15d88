import type { BrokerMetrics, BrokerOptions, DeadLetter, DeadLetterQueue, MessageBroker } from 'rx-broker';
import { expect } from 'vitest';
import { expectConserved } from '../../broker/setup';
import type { Law } from '../law';

/** Traits that an implementation may have. A law that needs a missing trait is skipped. */
export interface BrokerTraits {
  /** Everything that a call causes has happened when the call returns (D1). */
  readonly synchronous: boolean;
  /** A message, a reply or an error arrives as the very same object, not as a copy. */
  readonly identity: boolean;
  /** `trySend`, `tryBroadcast` and `publish` return what the mailboxes answer. Over a link they return what the link answers. */
  readonly mailboxAnswers: boolean;
  /** One broker counts the sending of a message and its end. Else the sender's node and the actor's node count each what they see. */
  readonly oneLedger: boolean;
  /** What several actors and observers are told has one order, also where they are on different nodes. */
  readonly oneOrder: boolean;
  /** An id that another node has is refused in the call, not by `ready`. */
  readonly oneRegistry: boolean;
  /** The sender's node counts and refuses by itself what it does not send. */
  readonly sendersNode: boolean;
  /** The broker's time moves only by `pass`, and by `slack` at the most where something is to settle. */
  readonly virtualTime: boolean;
}

/** A broker, or the nodes of one. */
export interface BrokerUnderLaw {
  /** The node on which actors are registered. */
  readonly home: MessageBroker;
  /** The node from which they are reached: the same one, or another. */
  readonly broker: MessageBroker;
  /** All nodes, `home` and `broker` among them. */
  readonly nodes: readonly MessageBroker[];
  /** Waits until everything that was sent has arrived, and promises of handlers have settled. */
  settle(): Promise<void>;
  /** Settles, lets `ms` milliseconds of the broker's time pass, and settles again. */
  pass(ms: number): Promise<void>;
  /** Lets everything go on until a promise of the broker has settled. */
  until<T>(promise: PromiseLike<T>): Promise<T>;
  /** The most milliseconds by which all settling of one law moves the broker's time. */
  readonly slack: number;
  /** Attaches a queue to each node. */
  attach(queue: DeadLetterQueue): void;
  /** Gives resources back, such as connections. Called last, also if the law is broken. */
  end?(): Promise<void>;
}

/** Makes a new broker, or new nodes. Called for each law. */
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
  const { nodes, until } = under;
  const letters: DeadLetter[] = [];
  const errors: unknown[] = [];
  for (const node of nodes) node.deadLetters$.subscribe({ next: (letter) => letters.push(letter), error: (error: unknown) => errors.push(error) });
  await work({ ...under, letters });
  for (const node of nodes) expectConserved(node.metrics());
  await under.settle();
  for (const node of nodes) expectConserved(node.metrics());
  for (const node of nodes) await until(node.close({ drain: false }));
  for (const node of nodes) expectNothingOpen(node.metrics());
  expect(errors).toEqual([]);
}

/**
 * What the error of a timeout must say. Where batches are lost, the word of the actor's node may come later than its caller waits for it: then the
 * caller does not know.
 */
export function startedAfterTimeout(slack: number, started: boolean): unknown {
  return slack === 0 ? started : { asymmetricMatch: (value: unknown) => value === started || value === 'unknown' };
}

/** Checks that a closed broker has nothing open. */
export function expectNothingOpen(metrics: BrokerMetrics): void {
  expect(metrics).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0, registeredActors: 0 });
  expectConserved(metrics);
}
