import { Deferred, Effect, Fiber, PubSub, Queue } from 'effect';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { until } from '../workloads/until';
import { batch, busyChannel, channelNames, counted, fanOutBatch, receiverCount, replied, Replies, type Peer, type Stalled } from './peer';

const name = 'Effect';
const newTally = (): Tally => ({ arrived: 0, sum: 0 });

interface Question {
  readonly message: number;
  readonly reply: Deferred.Deferred<number>;
}

/** A fiber that takes one message after the other. */
const consume = <T>(queue: Queue.Dequeue<T>, handle: (message: T) => Effect.Effect<unknown>): Fiber.RuntimeFiber<never> =>
  Effect.runFork(Queue.take(queue).pipe(Effect.flatMap(handle), Effect.forever));

const tell = (queue: Queue.Enqueue<number>, count: number): Promise<void> =>
  Effect.runPromise(
    Effect.gen(function* () {
      for (let index = 0; index < count; index++) yield* Queue.offer(queue, index);
    }),
  );

const actor = (handler: (message: number) => void): Queue.Queue<number> => {
  const queue = Effect.runSync(Queue.unbounded<number>());
  consume(queue, (message) => Effect.sync(() => handler(message)));
  return queue;
};

/** Runs, then waits until all has arrived: fibers go on later. */
function telling(operations: number, tally: Tally, send: () => Promise<void>) {
  let sent = 0;
  return counted(name, operations, tally, async () => {
    await send();
    sent += operations;
    await until(() => tally.arrived >= sent);
  });
}

export const effect: Peer = {
  name,
  notes: { ask: 'a Deferred', fanOut: 'a PubSub' },
  tell() {
    const tally = newTally();
    const queue = actor(distinctHandlers(1, tally)[0]!);
    return telling(batch, tally, () => tell(queue, batch));
  },
  ask() {
    const replies = new Replies();
    const questions = Effect.runSync(Queue.unbounded<Question>());
    consume(questions, ({ message, reply }) => Deferred.succeed(reply, message + replied));
    const ask = (message: number): Effect.Effect<number> =>
      Effect.gen(function* () {
        const reply = yield* Deferred.make<number>();
        yield* Queue.offer(questions, { message, reply });
        return yield* Deferred.await(reply);
      });
    return replies.work(name, batch, () =>
      Effect.runPromise(
        Effect.gen(function* () {
          for (let message = 0; message < batch; message++) replies.take(yield* ask(message));
        }),
      ),
    );
  },
  async fanOut() {
    const tally = newTally();
    const hub = Effect.runSync(PubSub.unbounded<number>());
    for (const handler of distinctHandlers(receiverCount, tally)) {
      Effect.runFork(
        Effect.scoped(
          Effect.flatMap(PubSub.subscribe(hub), (inbox) =>
            Queue.take(inbox).pipe(
              Effect.flatMap((message) => Effect.sync(() => handler(message))),
              Effect.forever,
            ),
          ),
        ),
      );
    }
    // Every fiber has subscribed before anything is published.
    await new Promise(setImmediate);
    return telling(fanOutBatch * receiverCount, tally, () =>
      Effect.runPromise(
        Effect.gen(function* () {
          for (let index = 0; index < fanOutBatch; index++) yield* PubSub.publish(hub, index);
        }),
      ).then(() => undefined),
    );
  },
  channels() {
    const tally = newTally();
    const handlers = distinctHandlers(channelNames.length, tally);
    const bus = new Map(channelNames.map((channel, index) => [channel, actor(handlers[index]!)]));
    return telling(batch, tally, () => tell(bus.get(channelNames[busyChannel]!)!, batch));
  },
  stalled(): Stalled {
    let handled = 0;
    let sent = 0;
    const queue = Effect.runSync(Queue.unbounded<number>());
    const released = Effect.runSync(Deferred.make<void>());
    const fiber = Effect.runFork(
      Deferred.await(released).pipe(
        Effect.zipRight(
          Queue.take(queue).pipe(
            Effect.flatMap(() => Effect.sync(() => handled++)),
            Effect.forever,
          ),
        ),
      ),
    );
    return {
      async fill(count) {
        await tell(queue, count);
        sent += count;
        if (handled > 0) throw new Error(`${handled} were handled by a consumer that is busy.`);
      },
      async release() {
        Effect.runSync(Deferred.succeed(released, undefined));
        await until(() => handled >= sent);
        await Effect.runPromise(Fiber.interrupt(fiber));
      },
      handled: () => handled,
    };
  },
};
