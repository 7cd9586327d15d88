import { type ActorContext, Mailbox, type MessageBroker, type SendError, actorId } from 'rx-broker';
import { NEVER, Observable } from 'rxjs';
import { expect } from 'vitest';
import { expectConserved, watchFor } from '../../broker/setup';
import { type BrokerLaw, type BrokerUnderLaw, brokerLaw } from './broker-under-law';

const [a, b] = [actorId<any>('a'), actorId<any>('b')];

/** Every kind of callback that a broker calls. */
const CALLED = ['an event', 'a letter', 'a loss', 'pressure', 'a broadcast', 'a publication', 'a reply', 'an error', 'a turn', 'an abort', 'a teardown', 'onStart', 'onStop', 'a watcher'];

/** Uses two actors in many ways, and calls `look` inside of every callback of the broker. */
async function lookEverywhere({ home, settle }: BrokerUnderLaw, busy: Mailbox, full: Mailbox, look: (from: string) => () => void): Promise<void> {
  home.deadLetters$.subscribe(look('a letter'));
  home.broadcasts$.subscribe(look('a broadcast'));
  home.topic$('work').subscribe(look('a publication'));
  full.losses$.subscribe(look('a loss'));
  full.pressure$.subscribe(look('pressure'));
  busy.receive({
    receive(_message: unknown, { signal }: ActorContext) {
      look('a turn')();
      signal.addEventListener('abort', look('an abort'));
      return new Observable((subscriber) => {
        subscriber.next('value');
        return look('a teardown');
      });
    },
    onStart: look('onStart'),
    onStop: look('onStop'),
  });
  home.register(a, busy, { topics: ['work'] });
  home.register(b, full);
  home.watch(a).subscribe(look('a watcher'));
  await settle();
  for (const message of ['running', 'queued']) home.send(a, message).subscribe({ next: look('a reply'), error: look('an error') });
  for (const message of [1, 2, 3]) home.trySend(b, message);
  home.tryBroadcast('all');
  home.publish('work', 'published');
  await settle();
  home.unregister(a);
  home.unregister(b);
  await settle();
}

/** An actor with two open turns, two queued messages and a sender that waits. `told`: everything that the broker tells from then on. */
async function anActorFullOfWork({ home, settle }: BrokerUnderLaw): Promise<{ mailbox: Mailbox; told: string[] }> {
  const told: string[] = [];
  const note = (what: string) => (): void => void told.push(what);
  const mailbox = Mailbox.bounded<string>(2, { overflow: 'block', concurrency: 2 });
  mailbox.receive({
    receive(message: string, { signal }: ActorContext) {
      signal.addEventListener('abort', note(`signal of ${message}`));
      return NEVER;
    },
    onStop: (reason) => note(`onStop ${String(reason)}`)(),
  });
  home.register(a, mailbox, { topics: ['work'] });
  home.events$.subscribe((event) => {
    if (event.kind === 'dead-lettered') note(`dead-lettered ${String(event.letter.message)}`)();
    else note('message' in event ? `${event.kind} ${String(event.message)}` : event.kind)();
  });
  home.deadLetters$.subscribe(({ message }) => note(`letter of ${String(message)}`)());
  mailbox.losses$.subscribe(({ message }) => note(`loss of ${message}`)());
  home.watch(a).subscribe(note('watcher'));
  await settle();
  const ask = (message: string, priority: 'normal' | 'high'): void => {
    home.sendWithPriority(a, message, priority).subscribe({
      error: (error: unknown) => {
        const { code, started } = error as SendError;
        note(`caller of ${message}: ${code}, started: ${String(started)}`)();
      },
    });
  };
  ask('running', 'normal');
  home.trySend(a, 'told');
  await settle();
  home.trySend(a, 'normal');
  ask('high', 'high');
  ask('waiting', 'high');
  await settle();
  expect(home.metrics()).toMatchObject({ inFlight: 2, pending: 3 });
  told.length = 0;
  return { mailbox, told };
}

/** The callbacks in which user code calls the broker: each makes the broker call `deed`. */
const DOERS: Readonly<Record<string, (home: MessageBroker, deed: () => void) => void>> = {
  'a turn': (home, deed) => void home.spawn(a, deed),
  'an observer': (home, deed) => void home.broadcasts$.subscribe(deed),
};

/** The laws of "state first, then tell": complete steps are told, in one order. */
export const TELLING_LAWS: readonly BrokerLaw[] = [
  ...[true, false].map((isObserved) =>
    brokerLaw(`every callback finds the figures of a complete step, ${isObserved ? 'with' : 'without'} an observer of events$ (D0, O2)`, async (under) => {
      const { home } = under;
      const [busy, full] = [Mailbox.bounded<unknown>(3), Mailbox.bounded<unknown>(2, { overflow: 'drop-oldest' })];
      const called = new Set<string>();
      const wrong: unknown[] = [];
      const look = (from: string) => (): void => {
        called.add(from);
        try {
          const metrics = home.metrics();
          expectConserved(metrics);
          expect(metrics, from).toMatchObject({ registeredActors: home.actorIds().length, pending: busy.size + full.size });
        } catch (error) {
          wrong.push(error);
        }
      };
      if (isObserved) home.events$.subscribe(look('an event'));
      await lookEverywhere(under, busy, full, look);
      expect(wrong).toEqual([]);
      expect([...called].sort()).toEqual(CALLED.filter((one) => isObserved || one !== 'an event').sort());
    }),
  ),
  brokerLaw('what an observer sends is told after everybody has been told of what came before, and before the first turn (D0, D2)', async ({ home, settle }) => {
    const told: string[] = [];
    for (const id of [a, b]) home.spawn(id, (message) => void told.push(`turn of ${id}: ${message}`));
    await settle();
    for (const observer of ['first', 'second']) {
      home.events$.subscribe((event) => {
        if (event.kind !== 'sent') return;
        if (told.push(`${observer}: ${String(event.message)} to ${event.target}`) === 1) home.tryBroadcast(2);
      });
    }
    home.broadcasts$.subscribe((message) => told.push(`broadcast: ${String(message)}`));
    home.tryBroadcast(1);
    await settle();
    const tellings = [1, 2].flatMap((message) => [
      ...['a', 'b'].flatMap((id) => [`first: ${message} to ${id}`, `second: ${message} to ${id}`]),
      `broadcast: ${message}`,
    ]);
    expect(told.slice(0, tellings.length)).toEqual(tellings);
    expect(told.slice(tellings.length).sort()).toEqual(['turn of a: 1', 'turn of a: 2', 'turn of b: 1', 'turn of b: 2']);
  }),
  ...Object.entries(DOERS).map(([doer, doIn]) =>
    brokerLaw(`what ${doer} does is done when the call returns, and told when ${doer} has returned (D0)`, async ({ home, settle }) => {
      const steps: unknown[] = [];
      doIn(home, () => {
        home.unregister(b);
        steps.push(home.isRegistered(b), watchFor(home.send(b, 'late')).errored);
      });
      home.spawn(b, () => {});
      home.watch(b).subscribe(() => steps.push('watcher'));
      home.deadLetters$.subscribe(({ message }) => steps.push(`letter of ${String(message)}`));
      await settle();
      home.tryBroadcast('do it', (id) => id === a);
      await settle();
      expect(steps).toEqual([false, false, 'watcher', 'letter of late']);
    }),
  ),
  brokerLaw('the end of an actor is told in one order: turns, queued by priority, waiting, each completely; onStop, unregistered, watch (R2)', async (under) => {
    const { told } = await anActorFullOfWork(under);
    under.home.unregister(a);
    await under.settle();
    const lost = (message: string, ...caller: string[]): string[] => [
      ...[`failed ${message}`, `dead-lettered ${message}`, `letter of ${message}`, `loss of ${message}`],
      ...caller,
    ];
    expect(told).toEqual([
      ...['settled running', 'signal of running', 'caller of running: ActorNotFound, started: true'],
      ...['settled told', 'dead-lettered told', 'letter of told', 'signal of told'],
      ...lost('high', 'caller of high: ActorNotFound, started: false'),
      ...lost('normal'),
      ...lost('waiting', 'caller of waiting: ActorNotFound, started: false'),
      ...['onStop unregistered', 'unregistered', 'watcher'],
    ]);
  }),
  brokerLaw('what a broker answers while the end of an actor is told is final (R2)', async (under) => {
    const { home, settle } = under;
    const { mailbox } = await anActorFullOfWork(under);
    let answers: unknown;
    home.events$.subscribe(({ kind }) => {
      if (kind !== 'settled') return;
      const { registeredActors, pending, inFlight } = home.metrics();
      answers ??= [home.isRegistered(a), mailbox.size, registeredActors, pending, inFlight, home.publish('work', 1), watchFor(home.watch(a)).completed];
    });
    home.unregister(a);
    await settle();
    expect(answers).toEqual([false, 0, 0, 0, 0, 0, true]);
  }),
  brokerLaw('a new life of the same id, begun while the end of the old one is told, starts after that (R2)', async (under) => {
    const { home, settle } = under;
    const { told } = await anActorFullOfWork(under);
    const subscription = home.deadLetters$.subscribe(() => {
      subscription.unsubscribe();
      home.spawn(a, { receive: (message) => void told.push(`new: ${message}`), onStart: () => void told.push('onStart') });
      home.trySend(a, 'first');
    });
    home.unregister(a);
    await settle();
    expect(told.filter((what) => what === 'watcher' || what.startsWith('on') || what.startsWith('new'))).toEqual(['onStop unregistered', 'watcher', 'onStart', 'new: first']);
  }),
];
