import { ASYMMETRIC_MATCHERS_OBJECT, JestAsymmetricMatchers, JestChaiExpect, JestExtend, chai } from '@vitest/expect';
import { restoreAllMocks, spyOn } from '@vitest/spy';
import fc from 'fast-check';

/**
 * What the specs import as `vitest` while they are run against mutants: they only declare themselves, for the runner to call them
 * again and again in one process. The matchers are Vitest's own.
 */
export const tests = [];
let file = '';
let suite = { name: '', before: [], after: [] };
const stubbed = new Map();

// A property that has failed kills its mutant: its smallest failing case is of no use here. Nor need it go on for long.
fc.configureGlobal({ endOnFailure: true, interruptAfterTimeLimit: 300 });

/** Whose tests are declared from now on. */
export function declareIn(path) {
  file = path;
}

function declare(name, ...rest) {
  const run = rest.find((one) => typeof one === 'function');
  const title = `${suite.name} ${name}`.trim();
  const id = `${file}#${title}`;
  const times = tests.filter((test) => test.id === id || test.id.startsWith(`${id} #`)).length;
  tests.push({ id: times === 0 ? id : `${id} #${times}`, title, file, run, before: suite.before, after: suite.after });
}

function describeSuite(name, declareTests) {
  const outer = suite;
  suite = { name: `${outer.name} ${name}`.trim(), before: [...outer.before], after: [...outer.after] };
  declareTests();
  suite = outer;
}

/** `%s` takes the next value of the row, `$key` the row's own. */
function titleOf(name, row) {
  const values = Array.isArray(row) ? [...row] : [row];
  const filled = name.replace(/%[sdijo]/g, () => String(printable(values.shift())));
  return filled.replace(/\$(\w+)/g, (whole, key) => (row !== null && typeof row === 'object' && key in row ? String(printable(row[key])) : whole));
}

function printable(value) {
  return typeof value === 'object' || typeof value === 'function' ? (value?.name ?? '') : typeof value === 'symbol' ? value.toString() : value;
}

const eachOf = (declareOne) => (rows) => (name, ...rest) => {
  const run = rest.find((one) => typeof one === 'function');
  for (const row of rows) declareOne(titleOf(name, row), () => (Array.isArray(row) ? run(...row) : run(row)));
};

export const it = Object.assign(declare, { each: eachOf(declare), skip: () => {}, fails: () => {}, skipIf: (isSkipped) => (isSkipped ? () => {} : declare), runIf: (isRun) => (isRun ? declare : () => {}) });
export const describe = Object.assign(describeSuite, { each: eachOf(describeSuite), skip: () => {} });
export const beforeEach = (hook) => suite.before.push(hook);
export const afterEach = (hook) => suite.after.unshift(hook);

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
export const expect = Object.assign((value, message) => chai.expect(value, message), chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT]);

export const { assert } = chai;

/** Types are checked elsewhere: whatever is called on this does nothing. */
const untyped = new Proxy(() => untyped, { get: () => untyped });
export const expectTypeOf = () => untyped;

export const vi = {
  spyOn,
  restoreAllMocks,
  stubGlobal(name, value) {
    if (!stubbed.has(name)) stubbed.set(name, globalThis[name]);
    globalThis[name] = value;
  },
  unstubAllGlobals() {
    for (const [name, value] of stubbed) globalThis[name] = value;
    stubbed.clear();
  },
};
