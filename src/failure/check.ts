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

/** @throws {RangeError} unless `value` is an integer of at least 1. */
export function checkPositiveInteger(value: unknown, name: string): number {
  return Number.isInteger(value) && (value as number) >= 1 ? (value as number) : outOfRange(`${name} must be an integer of at least 1`, value);
}

/** @throws {RangeError} unless `value` is an integer of at least 1; `Infinity` is what `unbounded` is for. */
export function checkCapacity(value: unknown, name = 'capacity'): number {
  return value === Infinity ? outOfRange(`${name} must be an integer of at least 1 (Mailbox.unbounded has no bound)`, value) : checkPositiveInteger(value, name);
}

/** @throws {RangeError} unless `value` is a number of milliseconds from 0, and finite unless `infinity` is allowed. */
export function checkDuration(value: unknown, name: string, { infinity = false }: { readonly infinity?: boolean } = {}): number {
  if (typeof value === 'number' && value >= 0 && (infinity || value !== Infinity)) return value;
  return outOfRange(`${name} must be a number of milliseconds from 0${infinity ? ', or Infinity for none' : ''}`, value);
}

/** @throws {RangeError} unless `value` is one of `allowed`. */
export function checkOneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
  return allowed.includes(value as T) ? (value as T) : outOfRange(`${name} must be one of '${allowed.join("', '")}'`, value);
}

/** @throws {TypeError} unless `value` is a function. */
export function checkFunction(value: unknown, name: string): void {
  check(typeof value === 'function', `${name} must be a function`, value);
}

/** @throws {TypeError} unless `value` is true or false. */
export function checkBoolean(value: unknown, name: string): void {
  check(typeof value === 'boolean', `${name} must be true or false`, value);
}

/** @throws {TypeError} unless `value` is `undefined` or an object. */
export function checkOptions(value: unknown, name = 'options'): void {
  // Every send comes by here: the text is made when it is needed.
  if (value !== undefined && !isObject(value)) check(false, `${name} must be an object`, value);
}

/** @throws {TypeError} unless `value` can be an RxJS scheduler: `schedule` and `now`. */
export function checkScheduler(value: unknown, name: string): void {
  const scheduler = value as { schedule?: unknown; now?: unknown } | null | undefined;
  const isFine = typeof scheduler?.schedule === 'function' && typeof scheduler.now === 'function';
  check(isFine, `${name} must be an RxJS scheduler`, value);
}

/** @throws {TypeError} unless `value` is a non-empty string. */
export function checkName(value: unknown, name: string): asserts value is string {
  check(typeof value === 'string' && value !== '', `${name} must be a non-empty string`, value);
}

/** @throws {TypeError} unless `value` is a non-empty string. */
export function checkActorId(value: unknown): string {
  if (typeof value !== 'string' || value === '') checkName(value, 'an actor id');
  return value;
}
