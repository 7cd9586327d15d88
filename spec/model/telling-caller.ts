import { type BroadcastResult, BrokerError, SendError } from 'rx-broker';
import { Subscriber } from 'rxjs';

/** Who asked: tells the story of the reply, and can go away even while the handler is on the stack. */
export class TellingCaller extends Subscriber<unknown> {
  constructor(
    readonly tell: (line: string) => void,
    readonly then: (() => void) | undefined,
  ) {
    super();
  }

  protected override _next(value: unknown): void {
    this.tell(typeof value === 'string' ? value : describeResult(value as BroadcastResult));
  }

  protected override _error(error: unknown): void {
    this.#end(`failed, ${describeError(error)}`);
  }

  protected override _complete(): void {
    this.#end('completed');
  }

  #end(line: string): void {
    this.unsubscribe();
    this.tell(line);
    this.then?.();
  }
}

function describeResult(result: BroadcastResult): string {
  return result.ok ? `${result.actorId} ok ${(result.value as string | undefined) ?? 'nothing'}` : `${result.actorId} failed ${describeError(result.error)}`;
}

function describeError(error: unknown): string {
  if (error instanceof SendError) return error.started ? `${error.code}, started` : error.code;
  if (error instanceof BrokerError) return error.code;
  return (error as Error).message;
}
