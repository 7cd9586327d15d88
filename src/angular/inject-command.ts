import { DestroyRef, type Injector, PendingTasks, type Signal, computed, inject, signal, untracked } from '@angular/core';
import type { Subscription } from 'rxjs';
import { checkOneOf } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import type { Priority } from '../message/priority';
import type { Accepted, ReplyFor } from '../message/reply-of';
import { inInjector } from './in-injector';
import { injectMessageBroker } from './inject-message-broker';

/** Options of `injectCommand`. */
export interface InjectCommandOptions {
  /**
   * What a call does while another one is pending.
   *
   * - `'concat'` (default): it waits for the others, so the messages keep their order.
   * - `'switch'`: it cancels the others: for what only the last one decides.
   * - `'exhaust'`: it is refused: for a button that is pressed twice.
   * - `'merge'`: it is sent at once.
   */
  readonly strategy?: 'concat' | 'switch' | 'exhaust' | 'merge';
  /** Milliseconds until the first value (rule S4). Default: the broker's `requestTimeout`. */
  readonly timeout?: number;
  /** How urgent the message is. Default `'normal'`. */
  readonly priority?: Priority;
  /** The injector to use and to live as long as. Default: that of the injection context in which the function is called. */
  readonly injector?: Injector;
}

/** How a call of a command ended. `aborted`: it was cancelled or refused by its strategy, or its injector was destroyed. */
export type CommandResult<Reply> =
  | {
      /** The actor has answered. */
      readonly status: 'success';
      /** The reply. Of a streamed reply it is the last value. */
      readonly value: Reply;
    }
  | {
      /** The message or its handler has failed. */
      readonly status: 'error';
      /** A `SendError`, or what the handler threw, unchanged. */
      readonly error: unknown;
    }
  | {
      /** There is no answer. */
      readonly status: 'aborted';
    };

/** A function that sends a message, and signals that say what became of it. */
export interface Command<Args extends readonly unknown[], Reply> {
  /** Makes the message of the arguments and sends it. The promise never rejects. */
  (...args: Args): Promise<CommandResult<Reply>>;
  /** `'idle'` before the first call, `'pending'` while a call waits or runs, then how the last one ended that was not aborted. */
  readonly status: Signal<'idle' | 'pending' | 'success' | 'error'>;
  /** Whether a call waits or runs. */
  readonly isPending: Signal<boolean>;
  /** The last reply. `undefined` before it, and after an error. */
  readonly value: Signal<Reply | undefined>;
  /** The last error. `undefined` before it, and after a success. */
  readonly error: Signal<unknown>;
}

/**
 * Asks an actor to do something: a function to call from a template or an event, with signals for its state. `creator` makes the message, usually
 * that of a protocol. A call may stand in an `effect`: it reads no signal.
 *
 * Rendering on a server waits for pending calls. When the injector is destroyed, they are cancelled.
 *
 * ```ts
 * class Checkout {
 *   readonly pay = injectCommand(checkout, Checkout.pay, { strategy: 'exhaust' });
 * }
 * // <button (click)="pay({ cents: 500 })" [disabled]="pay.isPending()">Pay</button> {{ pay.error() }}
 * ```
 */
export function injectCommand<Msg, Args extends readonly unknown[], const M>(
  id: ActorId<Msg>,
  creator: (...args: Args) => Accepted<Msg, M>,
  options?: InjectCommandOptions,
): Command<Args, ReplyFor<Msg, M>>;
export function injectCommand(id: ActorId, creator: (...args: unknown[]) => unknown, options: InjectCommandOptions = {}): Command<unknown[], unknown> {
  const { strategy = 'concat', timeout, priority, injector } = options;
  checkOneOf(strategy, 'strategy', ['concat', 'switch', 'exhaust', 'merge']);
  const sendOptions = { ...(timeout !== undefined && { timeout }), ...(priority !== undefined && { priority }) };
  return inInjector(injector, () => {
    const broker = injectMessageBroker();
    const tasks = inject(PendingTasks);
    const destroyRef = inject(DestroyRef);
    /** The calls that are pending, in order. With `concat` the first one runs. */
    const calls = new Set<Call>();
    const pending = signal(0);
    const ended = signal<'idle' | 'success' | 'error'>('idle');
    const value = signal<unknown>(undefined);
    const error = signal<unknown>(undefined);
    const show = (status: 'success' | 'error', reply: unknown, failure: unknown): void => {
      ended.set(status);
      value.set(reply);
      error.set(failure);
    };

    const end = (call: Call, result: CommandResult<unknown>): void => {
      if (!calls.delete(call)) return;
      pending.set(calls.size);
      if (result.status === 'success') show('success', result.value, undefined);
      if (result.status === 'error') show('error', undefined, result.error);
      call.subscription?.unsubscribe();
      call.ended(result);
    };
    const start = (call: Call): void => {
      let last: unknown;
      call.subscription = broker.send(id, call.message, sendOptions).subscribe({
        next: (reply: unknown) => value.set((last = reply)),
        error: (failure: unknown) => end(call, { status: 'error', error: failure }),
        complete: () => end(call, { status: 'success', value: last }),
      });
    };
    let isStarting = false;
    /** Runs the calls one after the other. A loop, since a queue may be long, and the replies synchronous. */
    const startNext = (): void => {
      if (isStarting) return;
      isStarting = true;
      for (const call of calls) {
        if (call.subscription === undefined) start(call);
        if (calls.has(call)) break;
      }
      isStarting = false;
    };
    const abortAll = (): void => {
      for (const call of calls) end(call, ABORTED);
    };
    let isDestroyed = false;
    destroyRef.onDestroy(() => {
      isDestroyed = true;
      abortAll();
    });

    const command = (...args: unknown[]): Promise<CommandResult<unknown>> => {
      const message = creator(...args);
      return untracked(() => {
        if (isDestroyed || (strategy === 'exhaust' && calls.size > 0)) return Promise.resolve(ABORTED);
        if (strategy === 'switch') abortAll();
        const done = tasks.add();
        return new Promise((resolve) => {
          const call: Call = {
            message,
            subscription: undefined,
            ended(result) {
              resolve(result);
              done();
              if (strategy === 'concat' && !isDestroyed) startNext();
            },
          };
          calls.add(call);
          pending.set(calls.size);
          if (strategy === 'concat') startNext();
          else start(call);
        });
      });
    };
    const isPending = computed(() => pending() > 0);
    return Object.assign(command, {
      status: computed(() => (isPending() ? 'pending' : ended())),
      isPending,
      value: value.asReadonly(),
      error: error.asReadonly(),
    });
  });
}

const ABORTED: CommandResult<never> = { status: 'aborted' };

/** One call of a command. */
interface Call {
  readonly message: unknown;
  /** `undefined` while the call waits for others. */
  subscription: Subscription | undefined;
  readonly ended: (result: CommandResult<unknown>) => void;
}
