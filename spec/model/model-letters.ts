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
  return letterLine({ ...message.told, asked: message.asked }, { reason, error, attempts: message.attempt, at });
}

/** A dead letter queue by rule O4. */
export class ModelLetters {
  stored: ModelLetter[] = [];
  evicted = 0;

  constructor(readonly capacity: number) {}

  /** Adds a letter. If the queue is full, the oldest one leaves. */
  add(letter: ModelLetter): void {
    if (this.capacity === 0) return;
    if (this.stored.length === this.capacity) {
      this.stored.shift();
      this.evicted++;
    }
    this.stored.push(letter);
  }

  /** Takes all letters out, those that were asked only with `askedToo`. */
  take(askedToo: boolean): ModelLetter[] {
    const taken = this.stored.filter(({ message }) => askedToo || !message.asked);
    this.stored = this.stored.filter((letter) => !taken.includes(letter));
    return taken;
  }
}
