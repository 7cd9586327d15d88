import type { Priority } from 'rx-broker';
import type { Payload } from './command';
import type { Alarm } from './model-clock';
import type { ModelMailbox } from './model-mailbox';
import type { ModelTurn } from './model-turn';

/** Who waits for a reply. */
export interface ModelCaller {
  /** Gone, or told all there is to tell. */
  readonly isClosed: boolean;
  next(value: string): void;
  complete(): void;
  error(error: string): void;
  /** The message's handler has returned for the first time. */
  started?(): void;
}

export interface ModelMessageOptions {
  readonly payload: Payload;
  readonly priority: Priority;
  readonly sentAt: number;
  readonly target?: string | undefined;
  readonly topic?: string | undefined;
  readonly caller?: ModelCaller | undefined;
  readonly parent?: ModelTurn | undefined;
  readonly ttl?: number;
  readonly attempt?: number;
  /** Asked by someone who is not told through a caller here. */
  readonly asked?: boolean;
}

/** One attempt to get a message to one actor. */
export class ModelMessage {
  readonly payload: Payload;
  readonly priority: Priority;
  readonly sentAt: number;
  readonly target: string | undefined;
  readonly topic: string | undefined;
  readonly caller: ModelCaller | undefined;
  /** The turn that waits for the reply (`context.send`). */
  readonly parent: ModelTurn | undefined;
  readonly ttl: number;
  readonly attempt: number;
  readonly asked: boolean;
  state: 'new' | 'waiting' | 'queued' | 'running' | 'over' = 'new';
  /** Where it waits or runs. */
  mailbox: ModelMailbox | undefined;
  turn: ModelTurn | undefined;
  timeout: Alarm | undefined;

  constructor(options: ModelMessageOptions) {
    this.payload = options.payload;
    this.priority = options.priority;
    this.sentAt = options.sentAt;
    this.target = options.target;
    this.topic = options.topic;
    this.caller = options.caller;
    this.parent = options.parent;
    this.ttl = options.ttl ?? Infinity;
    this.attempt = options.attempt ?? 1;
    this.asked = options.asked ?? options.caller !== undefined;
  }
}
