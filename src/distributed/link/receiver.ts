import type { Broadcasts } from '../../broker/broadcasts';
import { castHere } from '../../broker/cast';
import { tellWith } from '../../broker/tell';
import type { Topics } from '../../broker/topics';
import { Absent } from '../../kernel/absent';
import { breakFarCircle } from '../../kernel/deadlock';
import { PLAIN } from '../../kernel/details';
import type { MailboxCore } from '../../kernel/mailbox-core';
import { offer } from '../../kernel/offer';
import { runTell } from '../../kernel/run';
import { Stamp } from '../../kernel/stamp';
import { type Recipient, type Task, newTask } from '../../kernel/task';
import { startTimer } from '../../kernel/timers';
import type { Authorize, IncomingFrame } from '../authorize';
import { detailsFrom } from './details-frame';
import type { AskFrame, BroadcastFrame, PublishFrame, Rest, Revision, TellFrame } from './frames';
import type { LinkParts } from './link-parts';
import type { Outbox } from './outbox';
import { RefTable } from './ref-table';
import { decode } from './replies';
import { ServedAsk } from './served-ask';

/** The parts of the broker to which messages of other nodes go. */
export interface ReceiverParts extends LinkParts {
  readonly topics: Topics;
  readonly broadcasts: Broadcasts;
  /** `undefined`: everything may pass. */
  readonly authorize: Authorize | undefined;
  /** Retains a message of another node. Returns false if a newer one is known here. */
  readonly retain: (topic: string, message: unknown, revision: Revision) => boolean;
}

/** Gives the messages of another node to the actors of this one, and sends the replies back. */
export class Receiver {
  readonly #nodeId: string;
  readonly #parts: ReceiverParts;
  readonly #outbox: Outbox;
  readonly #asks = new RefTable<ServedAsk>();

  constructor(nodeId: string, parts: ReceiverParts, outbox: Outbox) {
    this.#nodeId = nodeId;
    this.#parts = parts;
    this.#outbox = outbox;
  }

  // Each returns false if its payload cannot be read.

  ask([kind, ref, id, lane, timeout, rest, payload]: AskFrame): boolean {
    const { system } = this.#parts;
    if (this.#asks.has(ref)) return false;
    const ask = this.#serve(ref, { id, path: rest === 0 ? undefined : rest.path, untilTaken: kind === 'offer' });
    const decoded = decode(this.#parts.codec, payload);
    if (decoded === undefined) {
      ask.refuse('Unserializable', 'the message cannot be decoded by its node');
      return false;
    }
    const message = decoded.value;
    if (!this.#mayPass({ kind: kind === 'offer' ? 'tell' : 'ask', target: id, message }, rest)) {
      ask.refuse('Rejected', 'its node does not authorize it');
      return true;
    }
    system.freeze(message);
    const recipient = this.#recipient(id);
    if (kind === 'ask' && rest === 0 && this.#isDirect(recipient)) {
      // A cast to one target takes the direct path, without a task if the reply is a plain one.
      castHere(system, { targets: [recipient], count: 1, message, lane, details: PLAIN, placeFor: (task) => ask.of(task), timeout: timeout ?? Infinity }, undefined, false);
      if (ask.task !== undefined) startTimer(ask.task);
      return true;
    }
    const task = newTask(recipient, message, lane, ask, new Stamp(undefined, detailsFrom(rest, false)));
    ask.of(task);
    task.more().timeout = timeout ?? Infinity;
    system.dispatcher.step(() => {
      offer(task, system.phase === 'ended', null);
      if (task.state !== 'over' && ask.path !== undefined) breakFarCircle(task, ask.path);
    });
    if (task.caller !== null) startTimer(task);
    return true;
  }

  tell([, id, lane, rest, payload]: TellFrame): boolean {
    const { codec, system } = this.#parts;
    const decoded = decode(codec, payload);
    const message = decoded?.value;
    const recipient =
      decoded === undefined
        ? new Absent(system, id, { code: 'Unserializable' })
        : this.#mayPass({ kind: 'tell', target: id, message }, rest)
          ? this.#recipient(id)
          : new Absent(system, id, { code: 'Rejected' });
    system.freeze(message);
    if (rest === 0 && this.#isDirect(recipient)) runTell(recipient, system.dispatcher, message, lane);
    else tellWith(system, recipient, message, lane, detailsFrom(rest, false), null, system.phase === 'ended');
    return decoded !== undefined;
  }

  broadcast([, lane, timeout, rest, first, ids, announces, payload]: BroadcastFrame): boolean {
    const { broadcasts, codec, system } = this.#parts;
    const decoded = decode(codec, payload);
    const isFine = decoded !== undefined && this.#mayPass({ kind: 'broadcast', message: decoded.value }, rest);
    const message = decoded?.value;
    const code = decoded === undefined ? 'Unserializable' : 'Rejected';
    const targets = ids.map((id) => (isFine ? this.#recipient(id) : new Absent(system, id, { code })));
    const asks: ServedAsk[] = [];
    const placeFor = (task: Task): ServedAsk => {
      const ask = this.#serve(first + asks.length, { id: task.self, holdsBack: true });
      asks.push(ask);
      return ask.of(task);
    };
    system.freeze(message);
    const cast = { targets, count: targets.length, message, lane, details: detailsFrom(rest, true), placeFor: first === 0 ? undefined : placeFor, timeout: timeout ?? Infinity };
    castHere(system, cast, isFine && announces ? broadcasts.announcementOf(message) : undefined, system.phase === 'ended');
    for (const { task } of asks) if (task !== undefined) startTimer(task);
    return decoded !== undefined;
  }

  publish([, topic, lane, rest, ids, revision, announces, payload]: PublishFrame): boolean {
    const { codec, retain, system, topics } = this.#parts;
    const decoded = decode(codec, payload);
    const isFine = decoded !== undefined && this.#mayPass({ kind: 'publish', topic, message: decoded.value }, rest);
    const message = decoded?.value;
    const code = decoded === undefined ? 'Unserializable' : 'Rejected';
    const targets = ids.map((id) => (isFine ? this.#recipient(id) : new Absent(system, id, { code })));
    system.freeze(message);
    const isRetained = isFine && revision !== 0 && retain(topic, message, revision);
    const cast = { targets, count: targets.length, message, lane, details: detailsFrom(rest, false, topic), placeFor: undefined, timeout: Infinity };
    castHere(system, cast, isFine && announces ? topics.announcementOf(topic, message, isRetained) : undefined, system.phase === 'ended');
    return decoded !== undefined;
  }

  cancel(ref: number): void {
    const ask = this.#asks.get(ref);
    this.#asks.delete(ref);
    if (ask !== undefined) this.#parts.system.dispatcher.step(() => ask.cancel());
  }

  /** The other node has gone: nobody waits for its asks any more. Part of a step. */
  cancelAll(): void {
    const asks = this.#asks.values;
    this.#asks.clear();
    for (const ask of asks) ask.cancel();
  }

  #serve(ref: number, serving: ConstructorParameters<typeof ServedAsk>[3]): ServedAsk {
    const ask = new ServedAsk(ref, this.#parts, this.#outbox, serving, this.#asks);
    this.#asks.add(ref, ask);
    return ask;
  }

  /** The actor of this node. One that has moved to another node since is not followed. */
  #recipient(id: string): Recipient {
    const { system } = this.#parts;
    const recipient = system.recipient(id);
    return (recipient as { isRemote?: boolean }).isRemote === true ? new Absent(system, id) : recipient;
  }

  /** Whether a message may run at once, past the queue, as one from this node would. */
  #isDirect(recipient: Recipient): recipient is MailboxCore {
    return recipient.isDirect && this.#parts.system.dispatcher.stack === 'quiet';
  }

  /** `facts` name the topic of a publication; `rest` names that of a message that was routed to one actor. */
  #mayPass(facts: Omit<IncomingFrame, 'from' | 'headers' | 'sender'>, rest: Rest | 0): boolean {
    const { authorize } = this.#parts;
    if (authorize === undefined) return true;
    const { headers = {}, sender, topic } = rest === 0 ? {} : rest;
    return authorize({ ...(topic !== undefined && { topic }), ...facts, from: this.#nodeId, headers, ...(sender !== undefined && { sender }) });
  }
}
