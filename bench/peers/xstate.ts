import { createActor, fromCallback, type ActorRef, type Snapshot } from 'xstate';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { batch, busyChannel, channelCount, counted, fanOutBatch, receiverCount, replied, Replies, type Peer, type Stalled } from './peer';

const name = 'XState';
const newTally = (): Tally => ({ arrived: 0, sum: 0 });

interface Told {
  readonly type: 'told';
  readonly message: number;
}

type Asker = ActorRef<Snapshot<unknown>, Told>;

interface Asked {
  readonly type: 'asked';
  readonly message: number;
  readonly sender: Asker;
}

/** The lightest XState actor that takes messages; a state machine costs more. */
const actorOf = (handler: (message: number) => void) =>
  createActor(fromCallback<Told>(({ receive }) => receive(({ message }) => handler(message))));

const actors = (count: number, tally: Tally) => distinctHandlers(count, tally).map((handler) => actorOf(handler).start());

export const xstate: Peer = {
  name,
  notes: { fanOut: 'a loop over references', stalled: 'an actor that has not started: one that has waits for nothing' },
  tell() {
    const tally = newTally();
    const [actor] = actors(1, tally);
    return counted(name, batch, tally, () => {
      for (let message = 0; message < batch; message++) actor!.send({ type: 'told', message });
    });
  },
  // A message brings a reference to the actor that waits for the answer: "Request-response" of the documentation.
  ask() {
    const replies = new Replies();
    const sender: Asker = actorOf(replies.take).start();
    const replier = createActor(
      fromCallback<Asked>(({ receive }) => receive((event) => event.sender.send({ type: 'told', message: event.message + replied }))),
    ).start();
    return replies.work(name, batch, () => {
      for (let message = 0; message < batch; message++) replier.send({ type: 'asked', message, sender });
    });
  },
  // There is no broadcast: the sender has the references.
  fanOut() {
    const tally = newTally();
    const receivers = actors(receiverCount, tally);
    return counted(name, fanOutBatch * receiverCount, tally, () => {
      for (let message = 0; message < fanOutBatch; message++) for (const actor of receivers) actor.send({ type: 'told', message });
    });
  },
  channels() {
    const tally = newTally();
    const actor = actors(channelCount, tally)[busyChannel]!;
    return counted(name, batch, tally, () => {
      for (let message = 0; message < batch; message++) actor.send({ type: 'told', message });
    });
  },
  // An actor waits for none of its effects: only messages to one that has not started are kept.
  stalled(): Stalled {
    const tally = newTally();
    const actor = actorOf(distinctHandlers(1, tally)[0]!);
    return {
      fill(count) {
        for (let message = 0; message < count; message++) actor.send({ type: 'told', message });
      },
      release() {
        actor.start();
        actor.stop();
      },
      handled: () => tally.arrived,
    };
  },
};
