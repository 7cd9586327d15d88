/**
 * A schema by Standard Schema, version 1, as Zod, Valibot, ArkType and others make it. Only what this package needs of it is said here, so
 * that it depends on none of them.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The part that every library has in common. */
  readonly '~standard': {
    /** The version of the standard. */
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Checks a value. */
    readonly validate: (value: unknown) => SchemaResult<Output> | PromiseLike<SchemaResult<Output>>;
    /** @hidden It exists in the type only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema says of a value: the value, which it may have changed, or what is wrong with it. */
export type SchemaResult<Output> = SchemaSuccess<Output> | SchemaFailure;

/** A value that matches its schema. */
export interface SchemaSuccess<Output> {
  /** The value as the schema gives it back. */
  readonly value: Output;
  /** Absent. */
  readonly issues?: undefined;
}

/** A value that does not match its schema. */
export interface SchemaFailure {
  /** All that is wrong with it. */
  readonly issues: readonly SchemaIssue[];
}

/** A step on the way into a value, as an object. */
export interface SchemaPathSegment {
  /** The property, or the index. */
  readonly key: PropertyKey;
}

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** Says what is wrong. */
  readonly message: string;
  /** Where it is, from the outside in. */
  readonly path?: readonly (PropertyKey | SchemaPathSegment)[] | undefined;
}

/**
 * Checks a value by a schema, and returns it as the schema gives it back. `what` begins the text of the error.
 *
 * @throws {TypeError} for a value that does not match, with all issues as its `cause`; and for an asynchronous schema.
 */
export function parseBy<Output>(schema: StandardSchema<any, Output>, value: unknown, what: string): Output {
  const result = schema['~standard'].validate(value);
  if ('then' in result) {
    // Its rejection would be unhandled.
    result.then(undefined, () => {});
    throw new TypeError(`the schema of ${what} is asynchronous; a message is checked synchronously`);
  }
  if (result.issues === undefined) return result.value;
  throw new TypeError(`${what} does not match its schema: ${result.issues.map(describeIssue).join('; ')}`, { cause: result.issues });
}

function describeIssue({ message, path = [] }: SchemaIssue): string {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
}
