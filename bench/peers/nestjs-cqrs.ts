import 'reflect-metadata';
import { Module, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule, EventBus, EventsHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { busyChannel, channelCount, counted, receiverCount, replied, Replies, type Peer } from './peer';

const name = '@nestjs/cqrs';
/** All events that are published run at once; the more they are, the slower each is. */
const few = 128;
const fewFannedOut = 10;
const newTally = (): Tally => ({ arrived: 0, sum: 0 });

/** Events are told apart by their class: each call makes another one. */
const newEvent = () =>
  class {
    constructor(readonly message: number) {}
  };

class Question {
  constructor(readonly message: number) {}
}

function handlerOf(event: Type, handler: (message: number) => void): Type {
  class Handler {
    handle({ message }: { readonly message: number }): void {
      handler(message);
    }
  }
  EventsHandler(event)(Handler);
  return Handler;
}

/** A standalone application, which has no server. */
async function application(providers: Type[]): Promise<INestApplicationContext> {
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a module is a class
  class Application {}
  Module({ imports: [CqrsModule.forRoot()], providers })(Application);
  const context = await NestFactory.createApplicationContext(Application, { logger: false });
  return context.init();
}

export const nestjsCqrs: Peer = {
  name,
  notes: { ask: 'a promise', channels: 'every handler filters' },
  async tell() {
    const tally = newTally();
    const Told = newEvent();
    const bus = (await application([handlerOf(Told, distinctHandlers(1, tally)[0]!)])).get(EventBus);
    return counted(name, few, tally, () => {
      for (let index = 0; index < few; index++) bus.publish(new Told(index));
      return settled();
    });
  },
  async ask() {
    const replies = new Replies();
    class Replier {
      async execute({ message }: Question): Promise<number> {
        return message + replied;
      }
    }
    QueryHandler(Question)(Replier);
    const bus = (await application([Replier])).get(QueryBus);
    return replies.work(name, few, async () => {
      for (let index = 0; index < few; index++) replies.take(await bus.execute<Question, number>(new Question(index)));
    });
  },
  async fanOut() {
    const tally = newTally();
    const Told = newEvent();
    const bus = (await application(distinctHandlers(receiverCount, tally).map((handler) => handlerOf(Told, handler)))).get(EventBus);
    return counted(name, fewFannedOut * receiverCount, tally, () => {
      for (let index = 0; index < fewFannedOut; index++) bus.publish(new Told(index));
      return settled();
    });
  },
  async channels() {
    const tally = newTally();
    const events = Array.from({ length: channelCount }, newEvent);
    const handlers = distinctHandlers(channelCount, tally).map((handler, index) => handlerOf(events[index]!, handler));
    const bus = (await application(handlers)).get(EventBus);
    const Busy = events[busyChannel]!;
    return counted(name, few, tally, () => {
      for (let index = 0; index < few; index++) bus.publish(new Busy(index));
      return settled();
    });
  },
  stalled: { why: 'all handlers run at once, busy or not' },
};

/** A handler's result is a promise, and its event is handled when that promise has settled. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
