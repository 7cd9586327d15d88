import type { ObservableNotification } from 'rxjs';
import { describeMessage } from './describe-message';
import type { Mark } from './marble-line';

/** A notification with its frame, as a `TestScheduler` compares them. */
export interface TestMessage {
  readonly frame: number;
  readonly notification: ObservableNotification<unknown>;
}

/** The messages that a test expects, with the letter of each. A test that compares two streams draws no letters. */
export interface DrawnMessages {
  readonly messages: readonly TestMessage[];
  readonly letters?: readonly string[] | undefined;
  /** The values of the letters. Without it each letter stands for itself. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
}

/** The expected and the seen messages as marks, with the meaning of their letters. */
export interface LetteredMarks {
  readonly expectedMarks: readonly Mark[];
  readonly seenMarks: readonly Mark[];
  /** The first frame in which the two differ. `undefined` if they do not. */
  readonly firstDifference: number | undefined;
  /** The values of the letters that occur in a frame in which the two differ. */
  readonly legend: readonly string[];
}

/** The test's own equality for two messages, without their frames. */
export type SameMessage = (seen: TestMessage, expected: TestMessage) => boolean;

interface Known {
  readonly letter: string;
  readonly message: TestMessage;
}

/** Turns two lists of messages into marks, with one set of letters. */
export function letterMarks(drawn: DrawnMessages, seen: readonly TestMessage[], isSame: SameMessage): LetteredMarks {
  const letters = new Letters(drawn, isSame);
  const expectedMarks = drawn.messages.map((message, index) => ({ frame: message.frame, letter: drawn.letters?.[index] ?? letters.of(message) }));
  const seenMarks = seen.map((message) => ({ frame: message.frame, letter: letters.of(message) }));
  const frames = differingFrames(expectedMarks, seenMarks);
  const expectedError = drawn.messages.find(isError);
  const seenError = seen.find(isError);
  const hasBoth = expectedError !== undefined && seenError !== undefined;
  if (hasBoth && !isSame(seenError, expectedError)) frames.add(seenError.frame).add(expectedError.frame);
  const shown = new Set([...expectedMarks, ...seenMarks].flatMap((mark) => (frames.has(mark.frame) ? [mark.letter] : [])));
  const legend = letters.legendOf(shown);
  if (shown.has('#')) legend.push(...errorText(expectedError, 'expected'), ...errorText(seenError, 'seen'));
  return { expectedMarks, seenMarks, firstDifference: frames.size === 0 ? undefined : Math.min(...frames), legend };
}

/** Finds the letter of a value: the test's letter for it, or a new one if the test has none. */
class Letters {
  readonly #drawn: DrawnMessages;
  readonly #isSame: SameMessage;
  readonly #known: Known[] = [];
  /** The letters that a new letter must not be. */
  readonly #taken: Set<string>;
  /** The value of each letter, as the legend shows it. */
  readonly #texts = new Map<string, string>();
  readonly #own = new Map<string, string>();

  constructor(drawn: DrawnMessages, isSame: SameMessage) {
    this.#drawn = drawn;
    this.#isSame = isSame;
    this.#taken = new Set([...(drawn.letters ?? []), ...Object.keys(drawn.values ?? {})]);
    drawn.letters?.forEach((letter, index) => this.#know(letter, drawn.messages[index] as TestMessage));
    for (const [letter, value] of Object.entries(drawn.values ?? {})) {
      if (isLetter(letter)) this.#know(letter, { frame: -1, notification: nextOf(value) });
    }
  }

  of(message: TestMessage): string {
    const { frame, notification } = message;
    if (notification.kind !== 'N') return notification.kind === 'C' ? '|' : '#';
    const tried = new Set<string>();
    // Several letters may stand for one value: those that are expected at this time come first.
    for (const known of [...this.#known.filter((one) => one.message.frame === frame), ...this.#known]) {
      if (tried.has(known.letter)) continue;
      if (this.#isSame(message, known.message)) return known.letter;
      tried.add(known.letter);
    }
    return this.#ownLetter(notification.value);
  }

  legendOf(letters: ReadonlySet<string>): string[] {
    return [...this.#texts].flatMap(([letter, text]) => (letters.has(letter) && text !== `"${letter}"` ? [`${letter} = ${text}`] : []));
  }

  #know(letter: string, message: TestMessage): void {
    if (message.notification.kind !== 'N') return;
    this.#known.push({ letter, message });
    if (this.#texts.has(letter)) return;
    const { values } = this.#drawn;
    const isMissing = values !== undefined && !(letter in values);
    this.#texts.set(letter, describeMessage(message.notification.value) + (isMissing ? ` (values has no '${letter}')` : ''));
  }

  /** A letter for a value that the test has no letter for. Values with the same text share one, since a legend shows only the text. */
  #ownLetter(value: unknown): string {
    const text = describeMessage(value);
    let letter = this.#own.get(text);
    if (letter === undefined) {
      letter = this.#isFree(value) ? value : this.#nextFree();
      this.#taken.add(letter);
      this.#own.set(text, letter);
      this.#texts.set(letter, text);
    }
    return letter;
  }

  #isFree(value: unknown): value is string {
    return isLetter(value) && !this.#taken.has(value);
  }

  #nextFree(): string {
    for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz') if (!this.#taken.has(letter)) return letter;
    // From here come the letters of other alphabets.
    for (let code = 0xc0; ; code++) if (this.#isFree(String.fromCodePoint(code))) return String.fromCodePoint(code);
  }
}

/** Whether a marble line reads a text as one value. */
function isLetter(text: unknown): text is string {
  return typeof text === 'string' && Array.from(text).length === 1 && !/[-\s()|#^!]/.test(text);
}

/** A `next` notification with all properties that RxJS gives one, since a strict equality compares them. */
function nextOf(value: unknown): ObservableNotification<unknown> {
  const notification: ObservableNotification<unknown> & { readonly error: undefined } = { kind: 'N', value, error: undefined };
  return notification;
}

function isError({ notification }: TestMessage): boolean {
  return notification.kind === 'E';
}

function errorText(message: TestMessage | undefined, which: string): string[] {
  return message?.notification.kind === 'E' ? [`# = ${describeMessage(message.notification.error)} (${which})`] : [];
}

/** The frames in which two lists of marks are not the same. */
function differingFrames(one: readonly Mark[], other: readonly Mark[]): Set<number> {
  const inFrame = (marks: readonly Mark[], at: number): string => marks.filter(({ frame }) => frame === at).map(({ letter }) => letter).join('');
  const frames = new Set([...one, ...other].map(({ frame }) => frame));
  return new Set([...frames].filter((frame) => inFrame(one, frame) !== inFrame(other, frame)));
}
