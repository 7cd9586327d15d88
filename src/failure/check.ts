import { nearestName } from './nearest-name';

/** Describes a value for the text of an error: short, and without a call to the value's own code. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 100 ? `'${value.slice(0, 100)}…'` : `'${value}'`;
    case 'function':
      return 'a function';
    case 'object':
      if (value === null) return 'null';
      // `isArray` throws for a Proxy that is revoked.
      try {
        if (Array.isArray(value)) return 'an array';
        if (Symbol.iterator in value) return 'a collection';
      } catch {
        // It is described as any other object.
      }
      return 'an object';
    case 'bigint':
      return `${value}n`;
    default:
      return String(value);
  }
}

/** @throws {TypeError} unless `isFine`. `must` begins the text: "filter must be a function". */
export function check(isFine: boolean, must: string, value: unknown): asserts isFine {
  if (!isFine) refuse(must, value);
}

/** Throws a `Failure`: a `RangeError` for a value of the right type that is out of its range, else a `TypeError`. */
export function refuse(must: string, value: unknown, Failure: ErrorConstructor = TypeError): never {
  throw new Failure(`${must}, got ${describeValue(value)}`);
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether `value.name()` can be called. */
export function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function';
}

/** @throws {TypeError} unless `broker` has the method that an operator calls. */
export function checkSender(broker: unknown, method: string): void {
  if (!hasMethod(broker, method)) refuse(`broker must have ${method}(), as a MessageBroker has`, broker);
}

/** Throws unless `value` is allowed. The text of the error shows `name`, the name of the option or argument, and the value. */
export type Check = (value: unknown, name: string) => void;

/** The checks of some options, by their names. */
export type Checks<T> = { readonly [Name in keyof T]?: Check };

/** Makes a check that throws a `Failure` unless `isFine`. `what` is for the text: "a function". */
function mustBe(what: string, isFine: (value: any) => boolean, Failure?: ErrorConstructor): Check {
  return (value, name) => {
    if (!isFine(value)) refuse(`${name} must be ${what}`, value, Failure);
  };
}

export const checkFunction: Check = /* @__PURE__ */ mustBe('a function', (value) => typeof value === 'function');
export const checkBoolean: Check = /* @__PURE__ */ mustBe('true or false', (value) => typeof value === 'boolean');
export const checkName: Check = /* @__PURE__ */ mustBe('a non-empty string', isName);
export const checkPositiveInteger: Check = /* @__PURE__ */ mustBe('an integer of at least 1', isPositiveInteger, RangeError);
export const checkCount: Check = /* @__PURE__ */ mustBe('an integer of at least 1, or Infinity', (value) => value === Infinity || isPositiveInteger(value), RangeError);
export const checkCapacity: Check = /* @__PURE__ */ mustBe('an integer of at least 1 (Mailbox.unbounded has no bound)', isPositiveInteger, RangeError);
export const checkDuration: Check = /* @__PURE__ */ mustBe('a number of milliseconds from 0', (value) => isDuration(value) && value !== Infinity, RangeError);
export const checkTimeout: Check = /* @__PURE__ */ mustBe('a number of milliseconds from 0, or Infinity for none', isDuration, RangeError);
export const checkScheduler: Check = /* @__PURE__ */ mustBe('an RxJS scheduler', (value) => hasMethod(value, 'schedule') && hasMethod(value, 'now'));

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

/** Makes a check that throws a `RangeError` unless a value is one of `allowed`. */
export function oneOf(allowed: readonly string[]): Check {
  return (value, name) => void checkOneOf(value, name, allowed);
}

/** @throws {RangeError} unless `value` is one of `allowed`. */
export function checkOneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
  return allowed.includes(value as T) ? (value as T) : refuse(`${name} must be one of '${allowed.join("', '")}'`, value, RangeError);
}

/** @throws {TypeError} unless `value` is `undefined` or an object. */
export function checkObject(value: unknown, name = 'options'): void {
  // Every send passes here, so the text is made for an error only.
  if (value !== undefined && (!isObject(value) || Symbol.iterator in value)) refuse(`${name} must be an object`, value);
}

/**
 * Checks that `options` is an object or `undefined`, and each option that is given by its own check. Error texts begin with `prefix` and the
 * option's name.
 *
 * @throws {TypeError} for an option that is not in `checks`; the text names the nearest one that is (rule S1).
 * @throws the errors of the checks.
 */
export function checkOptions<T extends object>(options: T | undefined, checks: Checks<T>, prefix = ''): void {
  checkObject(options);
  for (const name in options) {
    if (!Object.hasOwn(checks, name)) refuseUnknown(name, Object.keys(checks), prefix);
    if (options[name] !== undefined) checks[name]?.(options[name], prefix + name);
  }
}

/** Checks options as `checkOptions` does, and returns all options of `defaults`. An option that is not given is as in `defaults`. */
export function resolveOptions<T extends object>(options: Partial<T> | undefined, checks: Checks<T>, defaults: T, prefix?: string): T {
  if (options === undefined) return defaults;
  checkOptions(options as T, checks, prefix);
  const resolved = { ...defaults };
  for (const name in defaults) resolved[name] = options[name] ?? defaults[name];
  return resolved;
}

function refuseUnknown(name: string, known: readonly string[], prefix: string): never {
  const hint = `did you mean '${prefix}${nearestName(name, known)}'?`;
  throw new TypeError(`unknown option '${prefix}${name}', ${hint} The options are '${known.join("', '")}'`);
}

/** @throws {TypeError} unless `value` is a non-empty string. */
export function checkActorId(value: unknown): string {
  if (typeof value !== 'string' || value === '') checkName(value, 'an actor id');
  return value as string;
}
