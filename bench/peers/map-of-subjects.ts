import { Observable, Subject } from 'rxjs';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { stalledStream } from './busy-consumer';
import { batch, busyChannel, channelNames, counted, fanOutBatch, receiverCount, replied, Replies, type Peer } from './peer';

const name = 'Map of Subjects';
const newTally = (): Tally => ({ arrived: 0, sum: 0 });

interface Question {
  readonly message: number;
  reply(value: number): void;
}

/** The bus that is written by hand where no library is wanted. */
export const mapOfSubjects: Peer = {
  name,
  notes: { fanOut: 'a loop over the map', stalled: 'concatMap' },
  tell() {
    const tally = newTally();
    const bus = new Map<string, Subject<number>>([['actor', new Subject<number>()]]);
    bus.get('actor')?.subscribe(distinctHandlers(1, tally)[0]);
    return counted(name, batch, tally, () => {
      for (let index = 0; index < batch; index++) bus.get('actor')!.next(index);
    });
  },
  ask() {
    const replies = new Replies();
    const bus = new Map<string, Subject<Question>>([['replier', new Subject<Question>()]]);
    bus.get('replier')!.subscribe((question) => question.reply(question.message + replied));
    const ask = (id: string, message: number): Observable<number> =>
      new Observable((subscriber) => {
        const reply = (value: number): void => {
          subscriber.next(value);
          subscriber.complete();
        };
        bus.get(id)!.next({ message, reply });
      });
    return replies.work(name, batch, () => {
      for (let index = 0; index < batch; index++) ask('replier', index).subscribe(replies.take);
    });
  },
  fanOut() {
    const tally = newTally();
    const bus = new Map<string, Subject<number>>();
    distinctHandlers(receiverCount, tally).forEach((handler, index) => {
      const inbox = new Subject<number>();
      inbox.subscribe(handler);
      bus.set(`actor-${index}`, inbox);
    });
    return counted(name, fanOutBatch * receiverCount, tally, () => {
      for (let index = 0; index < fanOutBatch; index++) for (const inbox of bus.values()) inbox.next(index);
    });
  },
  channels() {
    const tally = newTally();
    const handlers = distinctHandlers(channelNames.length, tally);
    const bus = new Map(channelNames.map((channel) => [channel, new Subject<number>()]));
    channelNames.forEach((channel, index) => bus.get(channel)!.subscribe(handlers[index]));
    const busy = channelNames[busyChannel]!;
    return counted(name, batch, tally, () => {
      for (let index = 0; index < batch; index++) bus.get(busy)!.next(index);
    });
  },
  stalled() {
    const bus = new Map<string, Subject<number>>([['busy', new Subject<number>()]]);
    return stalledStream(bus.get('busy')!, (message) => bus.get('busy')!.next(message));
  },
};
