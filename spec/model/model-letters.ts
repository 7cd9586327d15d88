import type { Payload } from './command';
import type { ModelMessage } from './model-message';
import type { Priority } from 'rx-broker';

export interface ModelLetter {
  readonly payload: Payload;
  readonly target: string | undefined;
  readonly topic: string | undefined;
  readonly priority: Priority;
  readonly reason: string;
  readonly asked: boolean;
  readonly attempts: number;
}

/** A dead letter queue as O4 has it. */
export class ModelLetters {
  made = 0;
  evicted = 0;
  stored: ModelLetter[] = [];

  constructor(readonly capacity: number) {}

  add(message: ModelMessage, reason: string): ModelLetter {
    const { payload, target, topic, priority, asked, attempt: attempts } = message;
    const letter = { payload, target, topic, priority, reason, asked, attempts };
    this.made++;
    this.put(letter);
    return letter;
  }

  /** Holds so many; the oldest leaves for one more. */
  put(letter: ModelLetter): void {
    if (this.stored.length === this.capacity) {
      this.stored.shift();
      this.evicted++;
    }
    this.stored.push(letter);
  }

  /** Takes out all at once, the asked ones only if they are wanted. */
  take(askedToo: boolean): ModelLetter[] {
    const taken = this.stored.filter(({ asked }) => askedToo || !asked);
    this.stored = this.stored.filter((letter) => !taken.includes(letter));
    return taken;
  }
}

/** A letter on one line. */
export function describeLetter(letter: Omit<ModelLetter, 'payload'> & { readonly payload: Payload }): string {
  const { payload, target, topic, priority, reason, asked, attempts } = letter;
  return `${payload.n} to ${target ?? topic} ${priority}: ${reason}${asked ? ', asked' : ''}, attempt ${attempts}`;
}
