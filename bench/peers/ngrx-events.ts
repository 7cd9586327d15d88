// This import comes first: it compiles at run time the code that Angular's build would have finished.
import '@angular/compiler';
import { Injector } from '@angular/core';
import { type } from '@ngrx/signals';
import { Dispatcher, event, Events, provideDispatcher } from '@ngrx/signals/events';
import { map } from 'rxjs';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { stalledStream } from './busy-consumer';
import { batch, busyChannel, channelNames, counted, fanOutBatch, receiverCount, type Peer } from './peer';

const name = 'NgRx events';
const newTally = (): Tally => ({ arrived: 0, sum: 0 });
const told = event('[Bench] Told', type<number>());

/** Its services, from an injector of their own. */
function services(): { dispatcher: Dispatcher; events: Events } {
  const injector = Injector.create({ providers: provideDispatcher() as [] });
  return { dispatcher: injector.get(Dispatcher), events: injector.get(Events) };
}

export const ngrxEvents: Peer = {
  name,
  notes: { channels: 'every subscriber filters', stalled: 'concatMap' },
  tell() {
    const tally = newTally();
    const { dispatcher, events } = services();
    const handler = distinctHandlers(1, tally)[0]!;
    events.on(told).subscribe(({ payload }) => handler(payload));
    return counted(name, batch, tally, () => {
      for (let index = 0; index < batch; index++) dispatcher.dispatch(told(index));
    });
  },
  ask: { why: 'an event has no reply' },
  fanOut() {
    const tally = newTally();
    const { dispatcher, events } = services();
    for (const handler of distinctHandlers(receiverCount, tally)) events.on(told).subscribe(({ payload }) => handler(payload));
    return counted(name, fanOutBatch * receiverCount, tally, () => {
      for (let index = 0; index < fanOutBatch; index++) dispatcher.dispatch(told(index));
    });
  },
  channels() {
    const tally = newTally();
    const { dispatcher, events } = services();
    const handlers = distinctHandlers(channelNames.length, tally);
    const creators = channelNames.map((channel) => event(`[Bench] ${channel}`, type<number>()));
    creators.forEach((creator, index) => {
      const handler = handlers[index]!;
      events.on(creator).subscribe(({ payload }) => handler(payload));
    });
    const busy = creators[busyChannel]!;
    const messages = batch / 64;
    return counted(name, messages, tally, () => {
      for (let index = 0; index < messages; index++) dispatcher.dispatch(busy(index));
    });
  },
  stalled() {
    const { dispatcher, events } = services();
    return stalledStream(events.on(told).pipe(map(({ payload }) => payload)), (message) => dispatcher.dispatch(told(message)));
  },
};
