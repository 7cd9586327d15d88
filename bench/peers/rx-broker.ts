import type { Observable } from 'rxjs';
import { actorId, InMemoryMessageBroker } from 'rx-broker';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { BusyConsumer, stalledBy } from './busy-consumer';
import { batch, busyChannel, channelNames, counted, fanOutBatch, receiverCount, replied, Replies, type Peer } from './peer';

const newTally = (): Tally => ({ arrived: 0, sum: 0 });

export const rxBroker: Peer = {
  name: 'rx-broker',
  tell() {
    const tally = newTally();
    const broker = new InMemoryMessageBroker();
    const id = actorId<number>('actor');
    broker.spawn(id, distinctHandlers(1, tally)[0]!);
    return counted('rx-broker', batch, tally, () => {
      for (let index = 0; index < batch; index++) broker.trySend(id, index);
    });
  },
  ask() {
    const replies = new Replies();
    const broker = new InMemoryMessageBroker();
    const id = actorId('replier');
    broker.spawn(id, (message: number) => message + replied);
    return replies.work('rx-broker', batch, () => {
      for (let index = 0; index < batch; index++) (broker.send(id, index) as Observable<number>).subscribe(replies.take);
    });
  },
  fanOut() {
    const tally = newTally();
    const broker = new InMemoryMessageBroker();
    distinctHandlers(receiverCount, tally).forEach((handler, index) => broker.spawn(actorId(`actor-${index}`), handler));
    return counted('rx-broker', fanOutBatch * receiverCount, tally, () => {
      for (let index = 0; index < fanOutBatch; index++) broker.tryBroadcast(index);
    });
  },
  channels() {
    const tally = newTally();
    const broker = new InMemoryMessageBroker();
    const handlers = distinctHandlers(channelNames.length, tally);
    const ids = channelNames.map((name) => actorId<number>(name));
    ids.forEach((id, index) => broker.spawn(id, handlers[index]!));
    const id = ids[busyChannel]!;
    return counted('rx-broker', batch, tally, () => {
      for (let index = 0; index < batch; index++) broker.trySend(id, index);
    });
  },
  stalled() {
    const consumer = new BusyConsumer();
    const broker = new InMemoryMessageBroker();
    const id = actorId<number>('busy');
    // The others have no bound; a mailbox without one keeps as much as they do.
    const registration = broker.spawn(id, consumer.handle, { capacity: Infinity });
    return stalledBy(
      consumer,
      (message) => broker.trySend(id, message),
      () => registration.unsubscribe(),
    );
  },
};
