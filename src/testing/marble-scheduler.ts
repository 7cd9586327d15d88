import type { Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { check, isObject } from '../failure/check';
import { messagesDiffer, subscriptionsDiffer } from './marble-failure';
import type { DrawnMessages, TestMessage } from './marble-letters';
import { errorAt, lineOf } from './own-line';

/** A test's equality: it throws or returns false if two values differ. */
export type Equality = (actual: any, expected: any) => unknown;

/** The result of an `expect…` of a marble test. */
export interface MarbleExpectation {
  /**
   * Says which marbles must be seen, and which values their letters stand for. Without `values` each letter stands for itself.
   *
   * @throws {Error} for a letter that `values` does not have.
   */
  toBe(marbles: string, values?: Readonly<Record<string, unknown>>): void;
}

/** A stream of a broker that a test has an expectation about. */
export interface Watched {
  /** The call in the test: `expectDeliveries('orders')`. */
  readonly name: string;
  /** The line of that call. */
  readonly line: Error;
  readonly stream: Observable<unknown>;
  /** Texts that may explain why other marbles were seen. */
  readonly hints?: (marbles: string, seen: readonly TestMessage[]) => string[];
}

/** One `expect…` call. The scheduler compares those on which `toBe` was called, in the order of the `expect…` calls. */
interface Expectation {
  readonly name: string;
  /** The line that called `toBe`, and the function that explains a difference. */
  drawn?: { readonly line: Error; readonly explain: Explain };
}

type ObservableExpectation<T> = ReturnType<typeof TestScheduler.prototype.expectObservable<T>>;

type Explain = (actual: any, expected: any) => string;

/** A test scheduler whose failures show marble lines and point to the line of the test that drew them. */
export class MarbleScheduler extends TestScheduler {
  readonly #equality: Equality;
  readonly #note: () => string | undefined;
  readonly #watched = new Map<Expectation, Watched>();
  #expectations: Expectation[] = [];
  /** The index of the expectation that is compared next, among those with marbles. */
  #next = 0;

  /** The text of `note` is added to every failure. */
  constructor(equality: Equality, note: () => string | undefined) {
    super(equality as (actual: any, expected: any) => void);
    this.#equality = equality;
    this.#note = note;
    this.assertDeepEqual = (actual, expected) => this.#compare(actual, expected);
  }

  override expectObservable<T>(observable: Observable<T>, subscriptionMarbles?: string | null): ObservableExpectation<T> {
    const expected = super.expectObservable(observable, subscriptionMarbles);
    const expectation = this.#add('expectObservable');
    const toBe = (marbles: string, values?: any, error?: any): void => {
      expectation.drawn = { line: lineOf(toBe), explain: this.#explain(marbles, values) };
      expected.toBe(marbles, values, error);
    };
    const toEqual = (other: Observable<T>): void => {
      expectation.drawn = { line: lineOf(toEqual), explain: this.#explain() };
      expected.toEqual(other);
    };
    return { toBe, toEqual };
  }

  override expectSubscriptions(...logs: Parameters<TestScheduler['expectSubscriptions']>): ReturnType<TestScheduler['expectSubscriptions']> {
    const expected = super.expectSubscriptions(...logs);
    const expectation = this.#add('expectSubscriptions');
    const toBe = (marbles: string | string[]): void => {
      expectation.drawn = { line: lineOf(toBe), explain: (seen, wanted) => subscriptionsDiffer(wanted, seen) };
      expected.toBe(marbles);
    };
    return { toBe };
  }

  expectWatched(watched: Watched): MarbleExpectation {
    const { name, stream, hints } = watched;
    const expected = super.expectObservable(stream);
    const expectation = this.#add(name);
    this.#watched.set(expectation, watched);
    const toBe = (marbles: string, values?: Readonly<Record<string, unknown>>): void => {
      check(typeof marbles === 'string', 'marbles must be a string', marbles);
      const line = lineOf(toBe);
      checkLetters(marbles, values, line);
      const explain = this.#explain(marbles, values);
      expectation.drawn = { line, explain: (seen, wanted) => [explain(seen, wanted), ...(hints?.(marbles, seen) ?? [])].join('\n\n') };
      expected.toBe(marbles, values);
    };
    return { toBe };
  }

  override flush(): void {
    this.#next = 0;
    super.flush();
    this.#expectations = this.#expectations.filter(({ drawn }) => drawn === undefined);
  }

  /** @throws {Error} for an expectation about a broker on which `toBe` was never called: it compares nothing. */
  checkAllDrawn(): void {
    for (const [{ name, drawn }, { line }] of this.#watched) {
      if (drawn === undefined) throw errorAt(line, `${name} compares nothing: call .toBe(marbles) on it`);
    }
  }

  // --------------------------------------------------------------------------------------------------

  #add(name: string): Expectation {
    const expectation = { name };
    this.#expectations.push(expectation);
    return expectation;
  }

  #compare(actual: unknown, expected: unknown): void {
    const expectation = this.#expectations.filter(({ drawn }) => drawn !== undefined)[this.#next++];
    const difference = differenceOf(this.#equality, actual, expected);
    if (difference === undefined) return;
    const { name, drawn } = expectation as Required<Expectation>;
    const parts = [`${name}: other marbles were seen than expected`, drawn.explain(actual, expected), this.#note()];
    throw errorAt(drawn.line, parts.filter((part) => part !== undefined).join('\n\n'), difference);
  }

  /** Makes a function that explains a difference, with the letters of `marbles` or with letters of its own. */
  #explain(marbles?: string, values?: unknown): Explain {
    return (seen, messages) => {
      const letters = marbles === undefined ? undefined : lettersOf(marbles);
      const drawn: DrawnMessages = { messages, letters, values: isObject(values) ? (values as Record<string, unknown>) : undefined };
      return messagesDiffer(drawn, seen, (one, other) => this.#isSame(one, other));
    };
  }

  /** Compares two messages by the test's equality, since that may know matchers such as `expect.any`. */
  #isSame(seen: TestMessage, expected: TestMessage): boolean {
    return differenceOf(this.#equality, [seen], [{ frame: seen.frame, notification: expected.notification }]) === undefined;
  }
}

/** The error of a test's equality as a `cause`, if two values differ: empty if the equality returns false. `undefined` if they are equal. */
export function differenceOf(equality: Equality, actual: unknown, expected: unknown): ErrorOptions | undefined {
  try {
    return equality(actual, expected) === false ? {} : undefined;
  } catch (cause) {
    return { cause };
  }
}

/** The characters of a marble line that stand for its messages. */
function lettersOf(marbles: string): string[] {
  return TestScheduler.parseMarbles(marbles, undefined, undefined, false, true).map(({ notification }) => {
    if (notification.kind === 'N') return notification.value as string;
    return notification.kind === 'C' ? '|' : '#';
  });
}

function checkLetters(marbles: string, values: Readonly<Record<string, unknown>> | undefined, line: Error): void {
  if (!isObject(values)) return;
  const unknown = lettersOf(marbles).find((letter) => letter !== '|' && letter !== '#' && !(letter in values));
  if (unknown === undefined) return;
  throw errorAt(line, `values has no '${unknown}', which is a letter of '${marbles}'; it has '${Object.keys(values).join("', '")}'`);
}
