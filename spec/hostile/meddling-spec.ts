import { type BrokerOptions, type InMemoryMessageBroker, Mailbox, BrokerError, actorId } from 'rx-broker';
import { Subject, type Subscription, config, take } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { macrotask } from '../broker/setup';
import { EventLaws } from '../model/event-laws';
import { MODES, ORDINARY, Trial } from './trial';

const id = actorId<any>('culprit');
const failure = new Error('of the meddler');

/** What one trial uses: an actor with a blocking mailbox, whose turns may wait for `gate`. */
interface Scene {
  readonly broker: InMemoryMessageBroker;
  readonly mailbox: Mailbox<unknown>;
  readonly gate: Subject<void>;
  readonly abort: AbortController;
  readonly subscriptions: Subscription[];
  /** What the sender of each offer was told. */
  readonly offers: string[][];
}

/** A place where the broker calls the user's code, which calls `act`. */
interface Place {
  readonly options?: BrokerOptions;
  /** Begins to observe. */
  install?(scene: Scene): Subscription;
  /** The callback of an offer. */
  readonly offer?: 'next' | 'complete' | 'error';
}

const PLACES: Readonly<Record<string, (act: () => void) => Place>> = {
  'an observer of idle$': (act) => ({ install: ({ mailbox }) => mailbox.idle$.subscribe(act) }),
  "an observer of some actors' events": (act) => ({ install: ({ broker }) => broker.eventsOf(id, actorId('bystander')).subscribe(act) }),
  'an observer of losses$': (act) => ({ install: ({ mailbox }) => mailbox.losses$.subscribe(act) }),
  'send of an interceptor': (act) => ({ options: { interceptors: [{ send: () => act() }] } }),
  'handle of an interceptor, before next': (act) => ({ options: { interceptors: [{ handle: (_message, _context, next) => (act(), next()) }] } }),
  'handle of an interceptor, after next': (act) => ({
    options: {
      interceptors: [
        {
          handle(_message, _context, next) {
            const reply: unknown = next();
            act();
            return reply;
          },
        },
      ],
    },
  }),
  'handle of an interceptor, in place of the handler': (act) => ({ options: { interceptors: [{ handle: () => (act(), 'fine') }] } }),
  onError: (act) => ({ options: { onError: act } }),
  'next of the sender of an offer': () => ({ offer: 'next' }),
  'complete of the sender of an offer': () => ({ offer: 'complete' }),
  'error of the sender of an offer': () => ({ offer: 'error' }),
};

/** Everything that may be done there. */
const DEEDS: Readonly<Record<string, (scene: Scene) => unknown>> = {
  'unregisters the actor': ({ broker }) => broker.unregister(id),
  'replaces the actor': ({ broker }) => {
    broker.unregister(id);
    broker.spawn(id, () => 'fine');
  },
  'registers the mailbox again': ({ broker, mailbox }) => {
    broker.unregister(id);
    broker.register(id, mailbox);
  },
  'closes the broker': ({ broker }) => void broker.close({ timeout: 50 }),
  'closes the broker at once': ({ broker }) => void broker.close({ drain: false }),
  'closes the mailbox': ({ mailbox }) => mailbox.close(),
  'pauses the mailbox': ({ mailbox }) => mailbox.pause(),
  'pauses and resumes the mailbox': ({ mailbox }) => {
    mailbox.pause();
    mailbox.resume();
  },
  'clears the mailbox': ({ mailbox }) => mailbox.clear(),
  tells: ({ broker }) => broker.trySend(id, ORDINARY),
  'tells what fails': ({ broker }) => broker.trySend(id, 'fail'),
  asks: (scene) => scene.subscriptions.push(scene.broker.send(id, ORDINARY, { signal: scene.abort.signal }).subscribe({ error: () => undefined })),
  offers: (scene) => offer(scene, ORDINARY),
  'offers to nobody': ({ broker }) => broker.offer(actorId<any>('nobody'), ORDINARY).subscribe({ error: () => undefined }),
  broadcasts: ({ broker }) => broker.broadcast(ORDINARY).subscribe(),
  publishes: ({ broker }) => broker.publish('t', ORDINARY, { retain: true }),
  'ends turns': ({ gate }) => gate.next(),
  'aborts what it can': ({ abort }) => abort.abort(failure),
  'unsubscribes what it can': ({ subscriptions }) => subscriptions.splice(0).forEach((subscription) => subscription.unsubscribe()),
  'observes more': ({ broker, mailbox, subscriptions }) => {
    subscriptions.push(mailbox.idle$.subscribe(), broker.eventsOf(id).subscribe(), broker.events$.subscribe(), broker.deadLetters$.subscribe());
  },
  'lets time pass': () => undefined,
  throws: () => {
    throw failure;
  },
};

/** Offers a message to the actor, and notes what its sender is told. */
function offer(scene: Scene, message: unknown, act: Partial<Record<'next' | 'complete' | 'error', () => void>> = {}): void {
  const told: string[] = [];
  scene.offers.push(told);
  const note = (what: 'next' | 'complete' | 'error') => (): void => {
    told.push(what);
    act[what]?.();
  };
  scene.subscriptions.push(scene.broker.offer(id, message, { signal: scene.abort.signal }).subscribe({ next: note('next'), complete: note('complete'), error: note('error') }));
}

/** Uses the actor in many ways, one step after the other. */
function steps(scene: Scene, act: Parameters<typeof offer>[2]): (() => unknown)[] {
  const { broker, mailbox, gate, abort } = scene;
  const tell = (message: unknown) => () => broker.trySend(id, message);
  const offerIt = (message: unknown) => () => offer(scene, message, act);
  return [
    () => broker.register(id, mailbox, { topics: ['t'] }),
    ...[tell('fail'), tell('wait'), tell(ORDINARY)],
    ...[offerIt('fail'), offerIt('wait'), offerIt(ORDINARY), offerIt('one too many')],
    () => broker.send(id, ORDINARY).subscribe({ error: () => undefined }),
    ...[() => gate.next(), () => mailbox.pause(), tell('fail'), offerIt(ORDINARY), () => mailbox.resume(), () => gate.next()],
    ...[() => broker.publish('t', 'wait'), () => broker.tryBroadcast('fail'), offerIt(ORDINARY), offerIt(ORDINARY), () => mailbox.clear()],
    ...[offerIt(ORDINARY), offerIt('wait'), offerIt(ORDINARY), offerIt(ORDINARY), () => abort.abort(failure), () => gate.next(), () => gate.next()],
    ...[tell('wait'), () => mailbox.close(), tell('fail'), () => gate.next()],
    () => broker.isRegistered(id) && broker.unregister(id),
    ...[() => gate.next(), () => mailbox.resume()],
  ];
}

/** Plays a scene in which `deed` is done when `place` is called, at the calls that `isMeant` names. Returns how often it was called. */
async function play(observed: boolean, place: (typeof PLACES)[string], deed: (scene: Scene) => unknown, isMeant: (call: number) => boolean): Promise<number> {
  let calls = 0;
  let scene: Scene | undefined;
  const act = (): void => {
    if (scene !== undefined && isMeant(calls++)) deed(scene);
  };
  const { options, install, offer: callback } = place(act);
  const trial = new Trial({ observed, onError: () => undefined, ...options });
  const { broker, clock } = trial;
  const laws = observed ? new EventLaws(broker) : undefined;
  const mailbox = Mailbox.bounded<unknown>(2, { overflow: 'block', maxWaiting: 2 });
  const gate = new Subject<void>();
  scene = { broker, mailbox, gate, abort: new AbortController(), subscriptions: [], offers: [] };
  mailbox.receive((message) => {
    if (message === 'fail') throw new Error('of the handler');
    return message === 'wait' ? gate.pipe(take(1)) : 'fine';
  });
  let isIdle: boolean | undefined;
  if (observed) mailbox.idle$.subscribe((value) => (isIdle = value));
  if (install !== undefined) scene.subscriptions.push(install(scene));
  for (const step of steps(scene, callback === undefined ? {} : { [callback]: act })) {
    try {
      step();
    } catch (error) {
      // The deed may have ended what the step needs.
      if (!(error instanceof BrokerError)) throw error;
    }
    trial.expectLaws();
    laws?.check(trial.metrics);
    if (observed) expect(isIdle, 'idle$').toBe(mailbox.size === 0 && mailbox.metrics().inFlight === 0);
  }
  clock.pass(6_000);
  trial.expectLaws();
  expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0 });
  const { offers } = scene;
  scene = undefined;
  for (const told of offers) expect(['', 'next', 'next complete', 'error']).toContain(told.join(' '));
  if (broker.isRegistered(actorId('bystander'))) await trial.expectUnharmed();
  else {
    await broker.close();
    trial.expectClosed();
  }
  laws?.checkEnd();
  return calls;
}

describe.each(MODES)('$mode: meddling', ({ observed }) => {
  const { onUnhandledError } = config;
  let reported: unknown[];
  beforeEach(() => {
    reported = [];
    config.onUnhandledError = (error) => reported.push(error);
  });
  afterEach(async () => {
    await macrotask();
    config.onUnhandledError = onUnhandledError;
  });

  it.each(Object.entries(PLACES))('by %s costs no count, tells nothing out of order, and leaves nothing open, whatever it does (D0, D6, O2)', async (_, place) => {
    let called = 0;
    for (const [name, deed] of Object.entries(DEEDS)) {
      const meant = [...[0, 1, 2, 3, 5, 8].map((nth) => (call: number) => call === nth), (call: number) => call < 8];
      for (const [index, isMeant] of meant.entries()) {
        try {
          called = Math.max(called, await play(observed, place, deed, isMeant));
        } catch (error) {
          throw new Error(`${name}, ${index}: ${(error as Error).message}`, { cause: error });
        }
      }
    }
    expect(called).toBeGreaterThan(2);
    await macrotask();
    // A deed throws `BrokerError` where an earlier one has ended what it needs.
    expect(reported.filter((error) => error !== failure && !(error instanceof BrokerError))).toEqual([]);
  });
});
