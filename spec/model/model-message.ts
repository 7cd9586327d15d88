import type { Priority } from 'rx-broker';
import type { Payload } from './command';
import type { Told } from './lines';
import type { Alarm } from './model-clock';
import type { ModelMailbox } from './model-mailbox';
import type { ModelTurn } from './model-turn';

/** A caller that waits for a reply. */
export interface ModelCaller {
  /** Whether the caller has left, or its reply is complete. */
  readonly closed: boolean;
  /** Whether it keeps the values of a stream until the end, so that nobody is served by them before. */
  readonly holdsBack?: boolean;
  next(value: string): void;
  complete(): void;
  error(error: string): void;
}

export interface ModelMessageOptions {
  readonly payload: Payload;
  readonly priority?: Priority;
  readonly sentAt: number;
  /** The turn by whose context it is sent. */
  readonly sentBy?: ModelTurn | undefined;
  readonly target?: string | undefined;
  readonly topic?: string | undefined;
  readonly caller?: ModelCaller | undefined;
  /** The turn that waits for the reply (`context.send`). */
  readonly parent?: ModelTurn | undefined;
  readonly ttl?: number;
  readonly attempt?: number;
  readonly isBroadcast?: boolean;
  /** Whether an interceptor has refused it. */
  readonly isRefused?: boolean;
  /** Whether its sender waits only until the mailbox has taken it. */
  readonly isOffer?: boolean;
}

/** One attempt to get a message to one actor. */
export class ModelMessage {
  readonly payload: Payload;
  readonly priority: Priority;
  readonly sentAt: number;
  readonly topic: string | undefined;
  /** An offer has none once the mailbox has taken it. */
  caller: ModelCaller | undefined;
  readonly sentBy: ModelTurn | undefined;
  readonly parent: ModelTurn | undefined;
  readonly ttl: number;
  readonly attempt: number;
  readonly isBroadcast: boolean;
  readonly isRefused: boolean;
  readonly isOffer: boolean;
  /** Called when a mailbox has taken it. */
  whenTaken: (() => void) | undefined;
  target: string | undefined;
  state: 'new' | 'waiting' | 'queued' | 'running' | 'over' = 'new';
  /** The mailbox in which it waits, is queued or runs. */
  mailbox: ModelMailbox | undefined;
  turn: ModelTurn | undefined;
  timeout: Alarm | undefined;
  /** Whether the first value of its reply has come. */
  isAnswered = false;
  /** O4: whether it was sent by an observer of letters. */
  makesNoLetter = false;

  constructor(options: ModelMessageOptions) {
    this.payload = options.payload;
    this.priority = options.priority ?? 'normal';
    this.sentAt = options.sentAt;
    this.target = options.target;
    this.topic = options.topic;
    this.caller = options.caller;
    this.sentBy = options.sentBy;
    this.parent = options.parent;
    this.ttl = options.ttl ?? Infinity;
    this.attempt = options.attempt ?? 1;
    this.isBroadcast = options.isBroadcast ?? false;
    this.isRefused = options.isRefused ?? false;
    this.isOffer = options.isOffer ?? false;
  }

  /** Whether somebody waits for a reply, or until it is taken. */
  get asked(): boolean {
    return this.caller !== undefined;
  }

  /** Whether somebody waits for a reply. */
  get isRequest(): boolean {
    return this.asked && !this.isOffer;
  }

  /** The facts that its events tell. */
  get told(): Told {
    const { payload, target, topic, priority, isRequest: asked } = this;
    return { n: payload.n, target, topic, priority, asked };
  }
}
