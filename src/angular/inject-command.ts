import { PendingTasks, type Signal, computed, inject, signal, untracked } from '@angular/core';
import { Subscription } from 'rxjs';
import { checkFunction, checkOneOf, checkOptions } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import type { Accepted, ReplyFor } from '../message/reply-of';
import { inDevelopment } from './in-development';
import { type InjectorOption, inInjector } from './in-injector';
import { type AskOptions, askChecks, injectAsk } from './inject-ask';
import { untilDestroyed } from './until-destroyed';

/** Options of `injectCommand`: those of `send`, and the strategy. */
export interface InjectCommandOptions extends AskOptions, InjectorOption {
  /**
   * What a call does while another one is pending.
   *
   * - `'concat'` (default): it waits for the others, so the messages keep their order.
   * - `'switch'`: it cancels the others: for a choice of which only the last one counts.
   * - `'exhaust'`: it is refused: for a button that is pressed twice.
   * - `'merge'`: it is sent at once.
   */
  readonly strategy?: 'concat' | 'switch' | 'exhaust' | 'merge';
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
  /** Makes the message of the arguments and sends it. The promise never rejects. If the creator throws, as one with a schema does, so does the call. */
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
  inDevelopment(() => {
    checkFunction(creator, 'creator');
    checkOptions(options, { ...askChecks(), injector: undefined, strategy: undefined });
  });
  const { strategy = 'concat', injector, ...askOptions } = options;
  checkOneOf(strategy, 'strategy', ['concat', 'switch', 'exhaust', 'merge']);
  return inInjector({ injector }, () => {
    const ask = injectAsk(id, askOptions);
    const tasks = inject(PendingTasks);
    const life = untilDestroyed();
    /** The calls that wait or run. Unsubscribing ends one. */
    const calls = new Set<Subscription>();
    let last: Promise<unknown>;
    const isPending = signal(false);
    const ended = signal<Ended>({ status: 'idle' });
    const abortAll = (): void => calls.forEach((call) => call.unsubscribe());
    life.add(abortAll);

    const command = (...args: unknown[]): Promise<CommandResult<unknown>> =>
      // The creator may read signals, too.
      untracked(() => {
        const message = creator(...args);
        if (life.closed || (strategy === 'exhaust' && calls.size > 0)) return Promise.resolve(ABORTED);
        if (strategy === 'switch') abortAll();
        const call = new Subscription();
        let value: unknown;
        let result: Ended | undefined;
        const end = (how: Ended): void => {
          result = how;
          call.unsubscribe();
        };
        const start = (): void => {
          if (call.closed) return;
          // Added to the call, since a handler may end the call on the stack that sends its message.
          call.add(
            ask(message).subscribe({
              next: (reply) => (value = reply),
              error: (error: unknown) => end({ status: 'error', error }),
              complete: () => end({ status: 'success', value }),
            }),
          );
        };
        const ending = new Promise<any>((resolve) =>
          call.add(() => {
            calls.delete(call);
            isPending.set(calls.size > 0);
            if (result) ended.set(result);
            resolve(result ?? ABORTED);
          }),
        );
        tasks.run(() => ending);
        calls.add(call);
        isPending.set(true);
        if (strategy === 'concat' && calls.size > 1) void last.then(start);
        else start();
        return (last = ending);
      });
    return Object.assign(command, {
      status: computed(() => (isPending() ? 'pending' : ended().status)),
      isPending,
      value: computed(() => ended().value),
      error: computed(() => ended().error),
    });
  });
}

const ABORTED: CommandResult<never> = { status: 'aborted' };

/** How the last call ended that was not aborted. */
interface Ended {
  readonly status: 'idle' | 'success' | 'error';
  readonly value?: unknown;
  readonly error?: unknown;
}
