import type { FailureCode } from '../../failure/failure-code';
import { describeValue, isObject } from '../../failure/check';
import { SendError } from '../../failure/send-error';
import type { Place } from '../../kernel/fan-out';
import { end } from '../../kernel/settle';
import type { PathStep, Task } from '../../kernel/task';
import { MOST_BYTES, type Outbox } from './outbox';
import type { LinkParts } from './link-parts';
import { LONGEST_NAME } from './read-frame';
import type { RefTable } from './ref-table';

/** How an ask of another node is served. */
export interface Serving {
  /** The actor. */
  readonly id: string;
  readonly path?: readonly PathStep[] | undefined;
  /** For an `offer`: it waits until the mailbox has taken the message. */
  readonly untilTaken?: boolean;
  /** For a place in a broadcast: only the last value of a stream is told. */
  readonly holdsBack?: boolean;
}

/** The caller of an ask of another node: it sends the reply there. */
export class ServedAsk implements Place {
  /** The message of the ask. `undefined` until its actor is to get it. */
  task: Task | undefined = undefined;
  readonly untilTaken: boolean;
  readonly holdsBack: boolean;
  readonly path: readonly PathStep[] | undefined;
  readonly #ref: number;
  readonly #id: string;
  readonly #parts: LinkParts;
  readonly #outbox: Outbox;
  /** The asks that are being served, from which it takes itself out. */
  readonly #served: RefTable<ServedAsk>;
  /** Values that the other node may not have yet. */
  #unreceipted = 0;
  #isOver = false;
  #held: unknown = undefined;

  constructor(ref: number, parts: LinkParts, outbox: Outbox, { id, path, untilTaken = false, holdsBack = false }: Serving, served: RefTable<ServedAsk>) {
    this.#ref = ref;
    this.#parts = parts;
    this.#outbox = outbox;
    this.#served = served;
    this.#id = id;
    this.path = path;
    this.untilTaken = untilTaken;
    this.holdsBack = holdsBack;
  }

  get closed(): boolean {
    return this.#isOver;
  }

  next(value: unknown): void {
    if (this.#isOver || this.untilTaken) return;
    if (this.holdsBack) this.#held = value;
    else if (this.#unreceipted >= this.#parts.window) this.#stop('MailboxFull', 'its node sends more values than this one takes');
    else this.#send('next', value);
  }

  complete(): void {
    if (this.#isOver) return;
    if (this.holdsBack) this.succeed(this.#held);
    else {
      this.#end();
      this.#parts.post(['complete', this.#ref]);
    }
  }

  succeed(value: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.#send('value', value);
  }

  error(error: unknown): void {
    if (this.#isOver) return;
    this.#end();
    if (error instanceof SendError) this.#sendFailure(error);
    else this.#parts.post(['error', this.#ref, ...described(error, this.#parts.maxText)]);
  }

  /** Makes this the caller of a message. */
  of(task: Task): this {
    this.task = task;
    return this;
  }

  /** The ask fails before it is given to its actor. */
  refuse(code: FailureCode, detail: string): void {
    this.error(new SendError(code, { actorId: this.#id, detail }));
  }

  /** Its caller has left. */
  cancel(): void {
    if (this.#isOver) return;
    const { task } = this;
    if (task !== undefined) end(task, 'Cancelled');
    this.#isOver = true;
  }

  #send(kind: 'next' | 'value', value: unknown): void {
    const { codec, maxFrame } = this.#parts;
    try {
      const frame = codec.packing.pack([kind, this.#ref, codec.encode(value)]);
      if (frame.size > maxFrame) {
        this.#stop('PayloadTooLarge', `the reply has ${frame.size} bytes, at most ${maxFrame}`);
        return;
      }
      if (this.#outbox.bytes + frame.size > MOST_BYTES) {
        this.#stop('MailboxFull', `its node has given no receipt for ${this.#outbox.bytes} bytes`);
        return;
      }
      if (kind === 'value') this.#outbox.add({ frame, isSent: false, isWithdrawn: false });
      else {
        this.#unreceipted++;
        this.#outbox.add({ frame, isSent: false, isWithdrawn: false, received: () => (this.#unreceipted -= 1) });
      }
    } catch (cause) {
      this.#stop('Unserializable', `the reply: ${cause instanceof Error ? cause.message : 'it cannot be encoded'}`);
    }
  }

  /** Ends the ask, since its reply cannot be sent. */
  #stop(code: FailureCode, detail: string): void {
    const { task } = this;
    const error = new SendError(code, { actorId: this.#id, started: true, detail });
    this.#end();
    this.#sendFailure(error);
    if (task !== undefined) task.system.dispatcher.step(() => end(task, code, error));
  }

  #sendFailure({ actorId = '', code, message, started }: SendError): void {
    this.#parts.post(['failed', this.#ref, code, started === 'unknown' ? 2 : started ? 1 : 0, actorId.slice(0, LONGEST_NAME), message.slice(0, this.#parts.maxText)]);
  }

  #end(): void {
    this.#isOver = true;
    this.#served.delete(this.#ref);
  }
}

/** The name, the message and the code of what a handler threw. */
function described(error: unknown, limit: number): [name: string, message: string, code: string] {
  if (!isObject(error)) return ['', typeof error === 'string' ? error.slice(0, limit) : describeValue(error), ''];
  const { name, message, code } = error as { readonly name?: unknown; readonly message?: unknown; readonly code?: unknown };
  const text = typeof message === 'string' ? message : describeValue(error);
  return [typeof name === 'string' ? name.slice(0, LONGEST_NAME) : '', text.slice(0, limit), typeof code === 'string' || typeof code === 'number' ? String(code).slice(0, LONGEST_NAME) : ''];
}
