/** A value as an error message shows it: short, and never by calling the value's own code. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 100 ? `'${value.slice(0, 100)}…'` : `'${value}'`;
    case 'function':
      return 'a function';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'an array' : 'an object';
    case 'bigint':
      return `${value}n`;
    default:
      return String(value);
  }
}

/** @throws {TypeError} unless `isFine`. `must` says of what and how: "filter must be a function". */
export function check(isFine: boolean, must: string, value: unknown): asserts isFine {
  if (!isFine) throw new TypeError(`${must}, got ${describeValue(value)}`);
}

/** Throws; the same for a value of the right type that is out of its range. */
export function outOfRange(must: string, value: unknown): never {
  throw new RangeError(`${must}, got ${describeValue(value)}`);
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Throws unless a value is fine, with what was given and what is allowed. `name` is what it was given as. */
export type Check = (value: unknown, name: string) => void;

/** A check that throws a `Failure` unless `isFine`. `what` says what a value must be: "a function". */
function mustBe(what: string, isFine: (value: any) => boolean, Failure: ErrorConstructor = TypeError): Check {
  return (value, name) => {
    if (!isFine(value)) throw new Failure(`${name} must be ${what}, got ${describeValue(value)}`);
  };
}

export const checkFunction: Check = /* @__PURE__ */ mustBe('a function', (value) => typeof value === 'function');
export const checkBoolean: Check = /* @__PURE__ */ mustBe('true or false', (value) => typeof value === 'boolean');
export const checkName: Check = /* @__PURE__ */ mustBe('a non-empty string', (value) => typeof value === 'string' && value !== '');
export const checkPositiveInteger: Check = /* @__PURE__ */ mustBe('an integer of at least 1', isPositiveInteger, RangeError);
export const checkCount: Check = /* @__PURE__ */ mustBe('an integer of at least 1, or Infinity', (value) => value === Infinity || isPositiveInteger(value), RangeError);
export const checkCapacity: Check = /* @__PURE__ */ mustBe('an integer of at least 1 (Mailbox.unbounded has no bound)', isPositiveInteger, RangeError);
export const checkDuration: Check = /* @__PURE__ */ mustBe('a number of milliseconds from 0', (value) => isDuration(value) && value !== Infinity, RangeError);
export const checkTimeout: Check = /* @__PURE__ */ mustBe('a number of milliseconds from 0, or Infinity for none', isDuration, RangeError);
export const checkScheduler: Check = /* @__PURE__ */ mustBe('an RxJS scheduler', isScheduler);

function isScheduler(value: { readonly schedule?: unknown; readonly now?: unknown } | null): boolean {
  return typeof value?.schedule === 'function' && typeof value.now === 'function';
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}


/** @throws {RangeError} unless `value` is one of `allowed`. */
export function checkOneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
  return allowed.includes(value as T) ? (value as T) : outOfRange(`${name} must be one of '${allowed.join("', '")}'`, value);
}

/** @throws {TypeError} unless `value` is `undefined` or an object. */
export function checkOptions(value: unknown, name = 'options'): void {
  // Every send comes by here: the text is made when it is needed.
  if (value !== undefined && !isObject(value)) check(false, `${name} must be an object`, value);
}

/** Checks `options`, and each of them that is given by its own check. */
export function checkEach<T extends object>(options: T, checks: { readonly [Name in keyof T]?: Check }): void {
  checkOptions(options);
  for (const name in checks) if (options[name] !== undefined) checks[name]?.(options[name], name);
}

/** @throws {TypeError} unless `value` is a non-empty string. */
export function checkActorId(value: unknown): string {
  if (typeof value !== 'string' || value === '') checkName(value, 'an actor id');
  return value as string;
}
