import { letterLine } from './lines';
import type { ModelMessage } from './model-message';

/** A message that was lost, and why. */
export interface ModelLetter {
  readonly message: ModelMessage;
  readonly reason: string;
  readonly error: string | undefined;
  readonly at: number;
}

export function describeLetter({ message, reason, error, at }: ModelLetter): string {
  return letterLine(message.told, { reason, error, attempts: message.attempt, at });
}

/** A dead letter queue as O4 has it. */
export class ModelLetters {
  stored: ModelLetter[] = [];
  evicted = 0;

  constructor(readonly capacity: number) {}

  /** Holds so many; the oldest leaves for one more. */
  add(letter: ModelLetter): void {
    if (this.capacity === 0) return;
    if (this.stored.length === this.capacity) {
      this.stored.shift();
      this.evicted++;
    }
    this.stored.push(letter);
  }

  /** Takes out all at once, the asked ones only if they are wanted. */
  take(askedToo: boolean): ModelLetter[] {
    const taken = this.stored.filter(({ message }) => askedToo || !message.asked);
    this.stored = this.stored.filter((letter) => !taken.includes(letter));
    return taken;
  }
}
