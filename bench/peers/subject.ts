import { filter, Subject } from 'rxjs';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { stalledStream } from './busy-consumer';
import { batch, busyChannel, channelNames, counted, fanOutBatch, receiverCount, type Peer } from './peer';

const name = 'Subject';
const newTally = (): Tally => ({ arrived: 0, sum: 0 });

/** One Subject for all channels. */
export const subject: Peer = {
  name,
  notes: { channels: 'every subscriber filters', stalled: 'concatMap' },
  tell() {
    const tally = newTally();
    const bus = new Subject<number>();
    bus.subscribe(distinctHandlers(1, tally)[0]);
    return counted(name, batch, tally, () => {
      for (let index = 0; index < batch; index++) bus.next(index);
    });
  },
  ask: { why: 'a Subject has no replies' },
  fanOut() {
    const tally = newTally();
    const bus = new Subject<number>();
    for (const handler of distinctHandlers(receiverCount, tally)) bus.subscribe(handler);
    return counted(name, fanOutBatch * receiverCount, tally, () => {
      for (let index = 0; index < fanOutBatch; index++) bus.next(index);
    });
  },
  channels() {
    const tally = newTally();
    const bus = new Subject<{ readonly channel: string; readonly message: number }>();
    const handlers = distinctHandlers(channelNames.length, tally);
    channelNames.forEach((channel, index) => {
      const handler = handlers[index]!;
      bus.pipe(filter((letter) => letter.channel === channel)).subscribe(({ message }) => handler(message));
    });
    const channel = channelNames[busyChannel]!;
    const messages = batch / 64;
    return counted(name, messages, tally, () => {
      for (let message = 0; message < messages; message++) bus.next({ channel, message });
    });
  },
  stalled() {
    const bus = new Subject<number>();
    return stalledStream(bus, (message) => bus.next(message));
  },
};
