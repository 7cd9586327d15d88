/* eslint-disable @typescript-eslint/no-generated-empty-object-type -- its references are opaque: types without members */
import { dispatch, query, spawnStateless, start, stop, type ActorSystemRef, type Ref } from 'nact';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { until } from '../workloads/until';
import { BusyConsumer, stalledBy } from './busy-consumer';
import { busyChannel, channelNames, counted, receiverCount, replied, Replies, type Peer } from './peer';

const name = 'nact';
/** Every message waits for a turn of the event loop. */
const few = 1024;
const newTally = (): Tally => ({ arrived: 0, sum: 0 });

interface Question {
  readonly message: number;
  readonly sender: Ref<number>;
}

/** Sends, then waits until all has arrived. */
function telling(operations: number, tally: Tally, send: () => void) {
  let sent = 0;
  return counted(name, operations, tally, () => {
    send();
    sent += operations;
    return until(() => tally.arrived >= sent);
  });
}

const actor = (system: ActorSystemRef, handler: (message: number) => void, id: string): Ref<number> =>
  spawnStateless(system, (message: number) => handler(message), id);

export const nact: Peer = {
  name,
  notes: { fanOut: 'a loop over references', ask: 'a promise' },
  tell() {
    const tally = newTally();
    const ref = actor(start(), distinctHandlers(1, tally)[0]!, 'actor');
    return telling(few, tally, () => {
      for (let index = 0; index < few; index++) dispatch(ref, index);
    });
  },
  ask() {
    const replies = new Replies();
    const replier = spawnStateless(start(), ({ message, sender }: Question) => dispatch(sender, message + replied), 'replier');
    return replies.work(name, few, async () => {
      for (let message = 0; message < few; message++) {
        replies.take(await query(replier, (sender: Ref<number>): Question => ({ message, sender }), 10_000));
      }
    });
  },
  // There is no broadcast: the sender has the references.
  fanOut() {
    const tally = newTally();
    const system = start();
    const receivers = distinctHandlers(receiverCount, tally).map((handler, index) => actor(system, handler, `actor-${index}`));
    return telling(10 * receiverCount, tally, () => {
      for (let index = 0; index < 10; index++) for (const ref of receivers) dispatch(ref, index);
    });
  },
  channels() {
    const tally = newTally();
    const system = start();
    const handlers = distinctHandlers(channelNames.length, tally);
    const ref = channelNames.map((channel, index) => actor(system, handlers[index]!, channel))[busyChannel]!;
    return telling(few, tally, () => {
      for (let index = 0; index < few; index++) dispatch(ref, index);
    });
  },
  stalled() {
    const consumer = new BusyConsumer();
    const system = start();
    const ref = spawnStateless(system, consumer.handle, 'busy');
    return stalledBy(
      consumer,
      (message) => dispatch(ref, message),
      () => stop(system),
    );
  },
};
