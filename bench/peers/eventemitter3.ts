import EventEmitter from 'eventemitter3';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { batch, busyChannel, channelNames, counted, fanOutBatch, receiverCount, type Peer } from './peer';

const name = 'eventemitter3';
const newTally = (): Tally => ({ arrived: 0, sum: 0 });

export const eventemitter3: Peer = {
  name,
  tell() {
    const tally = newTally();
    const bus = new EventEmitter();
    bus.on('actor', distinctHandlers(1, tally)[0]!);
    return counted(name, batch, tally, () => {
      for (let index = 0; index < batch; index++) bus.emit('actor', index);
    });
  },
  ask: { why: 'an event has no reply' },
  fanOut() {
    const tally = newTally();
    const bus = new EventEmitter();
    for (const handler of distinctHandlers(receiverCount, tally)) bus.on('all', handler);
    return counted(name, fanOutBatch * receiverCount, tally, () => {
      for (let index = 0; index < fanOutBatch; index++) bus.emit('all', index);
    });
  },
  channels() {
    const tally = newTally();
    const bus = new EventEmitter();
    const handlers = distinctHandlers(channelNames.length, tally);
    channelNames.forEach((channel, index) => bus.on(channel, handlers[index]!));
    const busy = channelNames[busyChannel]!;
    return counted(name, batch, tally, () => {
      for (let index = 0; index < batch; index++) bus.emit(busy, index);
    });
  },
  stalled: { why: 'listeners are called at once, busy or not' },
};
