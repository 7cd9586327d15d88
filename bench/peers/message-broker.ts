import { messageBroker as createBroker, ResponseBroker } from '@morgan-stanley/message-broker';
import { map } from 'rxjs';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { stalledStream } from './busy-consumer';
import { batch, busyChannel, channelNames, counted, fanOutBatch, receiverCount, replied, Replies, type Peer } from './peer';

const name = 'message-broker';
const newTally = (): Tally => ({ arrived: 0, sum: 0 });

export const messageBroker: Peer = {
  name,
  notes: { ask: 'a call of the responder, neither asynchronous nor cancelled', channels: 'every subscriber filters', stalled: 'concatMap' },
  tell() {
    const tally = newTally();
    const broker = createBroker<Record<string, number>>();
    const handler = distinctHandlers(1, tally)[0]!;
    broker.get('actor').subscribe(({ data }) => handler(data));
    const channel = broker.create('actor');
    return counted(name, batch, tally, () => {
      for (let index = 0; index < batch; index++) channel.publish(index);
    });
  },
  // A responder answers at once, and its answers come as an array.
  ask() {
    const replies = new Replies();
    const broker = new ResponseBroker<{ replier: { payload: number; response: number } }>();
    broker.registerResponder('replier', (message) => message + replied);
    return replies.work(name, batch, () => {
      for (let index = 0; index < batch; index++) replies.take(broker.collate('replier', index)[0]!);
    });
  },
  fanOut() {
    const tally = newTally();
    const broker = createBroker<Record<string, number>>();
    for (const handler of distinctHandlers(receiverCount, tally)) broker.get('all').subscribe(({ data }) => handler(data));
    const channel = broker.create('all');
    return counted(name, fanOutBatch * receiverCount, tally, () => {
      for (let index = 0; index < fanOutBatch; index++) channel.publish(index);
    });
  },
  channels() {
    const tally = newTally();
    const broker = createBroker<Record<string, number>>();
    const handlers = distinctHandlers(channelNames.length, tally);
    channelNames.forEach((id, index) => {
      const handler = handlers[index]!;
      broker.get(id).subscribe(({ data }) => handler(data));
    });
    const channel = broker.create(channelNames[busyChannel]!);
    const messages = batch / 64;
    return counted(name, messages, tally, () => {
      for (let index = 0; index < messages; index++) channel.publish(index);
    });
  },
  stalled() {
    const broker = createBroker<Record<string, number>>();
    const channel = broker.create('busy');
    return stalledStream(broker.get('busy').pipe(map(({ data }) => data)), (message) => channel.publish(message));
  },
};
