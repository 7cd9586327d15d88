import bus from 'postal';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { batch, busyChannel, channelNames, counted, fanOutBatch, receiverCount, type Peer } from './peer';

const name = 'postal';
const newTally = (): Tally => ({ arrived: 0, sum: 0 });

export const postal: Peer = {
  name,
  tell() {
    const tally = newTally();
    const channel = bus.channel('tell');
    channel.subscribe('actor', distinctHandlers(1, tally)[0]!);
    return counted(name, batch, tally, () => {
      for (let index = 0; index < batch; index++) channel.publish('actor', index);
    });
  },
  ask: { why: 'replies are an add-on (postal.request-response)' },
  fanOut() {
    const tally = newTally();
    const channel = bus.channel('fan-out');
    for (const handler of distinctHandlers(receiverCount, tally)) channel.subscribe('all', handler);
    return counted(name, fanOutBatch * receiverCount, tally, () => {
      for (let index = 0; index < fanOutBatch; index++) channel.publish('all', index);
    });
  },
  channels() {
    const tally = newTally();
    const handlers = distinctHandlers(channelNames.length, tally);
    const channels = channelNames.map((id) => bus.channel(id));
    channels.forEach((channel, index) => channel.subscribe('told', handlers[index]!));
    const busy = channels[busyChannel]!;
    return counted(name, batch, tally, () => {
      for (let index = 0; index < batch; index++) busy.publish('told', index);
    });
  },
  stalled: { why: 'subscribers are called at once, busy or not' },
};
