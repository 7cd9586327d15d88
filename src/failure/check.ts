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

/** @throws {RangeError} unless `value` is an integer of at least 1. */
export function checkPositiveInteger(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} must be an integer of at least 1, got ${describeValue(value)}`);
}

/** @throws {RangeError} unless `value` is an integer of at least 1; `Infinity` is what `unbounded` is for. */
export function checkCapacity(value: unknown, name = 'capacity'): number {
  if (value === Infinity) throw new RangeError(`${name} must be an integer of at least 1, got Infinity: use Mailbox.unbounded for no bound`);
  return checkPositiveInteger(value, name);
}

/** @throws {RangeError} unless `value` is a number of milliseconds from 0, and finite unless `infinity` is allowed. */
export function checkDuration(value: unknown, name: string, options: { readonly infinity?: boolean } = {}): number {
  const allowed = `${name} must be a number of milliseconds from 0${options.infinity === true ? ', or Infinity for none' : ''}`;
  if (typeof value === 'number' && value >= 0 && (options.infinity === true || value !== Infinity)) return value;
  throw new RangeError(`${allowed}, got ${describeValue(value)}`);
}

/** @throws {RangeError} unless `value` is one of `allowed`. */
export function checkOneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T;
  throw new RangeError(`${name} must be one of ${allowed.map((one) => `'${one}'`).join(', ')}, got ${describeValue(value)}`);
}

/** @throws {TypeError} unless `value` is a function. */
export function checkFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function, got ${describeValue(value)}`);
}

/** @throws {TypeError} unless `value` is `undefined` or an object. */
export function checkOptions(value: unknown, name = 'options'): void {
  if (value !== undefined && (typeof value !== 'object' || value === null)) {
    throw new TypeError(`${name} must be an object, got ${describeValue(value)}`);
  }
}

/** @throws {TypeError} unless `value` can be an RxJS scheduler: `schedule` and `now`. */
export function checkScheduler(value: unknown, name: string): void {
  const scheduler = value as { schedule?: unknown; now?: unknown } | null | undefined;
  if (typeof scheduler?.schedule === 'function' && typeof scheduler.now === 'function') return;
  throw new TypeError(`${name} must be an RxJS scheduler (asapScheduler, asyncScheduler, …), got ${describeValue(value)}`);
}

/** @throws {TypeError} unless `value` is a non-empty string. */
export function checkActorId(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`an actor id must be a non-empty string, got ${describeValue(value)}`);
}
