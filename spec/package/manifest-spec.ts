import { readdirSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The folders of src that have an entry of their own: `operators`, `transports/nats`. */
const doors = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .map((path) => path.split(sep).join('/'))
  .filter((path) => path.endsWith('/index.ts'))
  .map((path) => path.replace('/index.ts', ''));
/** Angular's own packages are ES modules only. */
const isModuleOnly = (door: string): boolean => door.split('/')[0] === 'angular';

/** What package.json has to say for `src/<folder>/index.ts`. */
function entryOf(folder: string): unknown {
  const built = `./dist/${folder}${folder === '' ? '' : '/'}index`;
  const esm = { types: `${built}.d.ts`, default: `${built}.js` };
  if (isModuleOnly(folder)) return { 'module-sync': esm, import: esm, default: esm };
  return { 'module-sync': esm, import: esm, require: { types: `${built}.d.cts`, default: `${built}.cjs` } };
}

describe('package.json', () => {
  it('has an entry for each index.ts of src, and no other', () => {
    const expected = Object.fromEntries(doors.map((door) => [`./${door}`, entryOf(door)]));
    expect(manifest.exports).toEqual({ '.': entryOf(''), ...expected, './package.json': './package.json' });
  });

  it('offers what can be loaded by both module systems first, and types before code', () => {
    const order = Object.fromEntries(
      Object.entries(manifest.exports).flatMap(([path, entry]) =>
        typeof entry === 'string' ? [] : [[path, Object.entries(entry).map(([condition, files]) => [condition, ...Object.keys(files as object)].join(' '))]],
      ),
    );
    expect(Object.keys(order)).toHaveLength(doors.length + 1);
    for (const [path, conditions] of Object.entries(order)) {
      const last = path.startsWith('./angular') ? 'default' : 'require';
      expect(conditions, path).toEqual(['module-sync types default', 'import types default', `${last} types default`]);
    }
  });

  it('has the types of each entry where `exports` is not read: `moduleResolution: node10`', () => {
    const [built, plain] = manifest.typesVersions['*']['*'];
    for (const door of doors) expect(entryOf(door)).toMatchObject({ import: { types: built!.replace('*', door) } });
    // The entry itself and package.json, which are where they say.
    expect(plain).toBe('./*');
    expect(manifest.types).toBe('./dist/index.d.ts');
  });

  it('needs rxjs as its only peer: the others are those of one entry, and optional', () => {
    const { rxjs, ...others } = manifest.peerDependencies;
    expect(rxjs).toBe('^7.8.0');
    expect(manifest.peerDependenciesMeta).toEqual(Object.fromEntries(Object.keys(others).map((name) => [name, { optional: true }])));
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('optionalDependencies');
  });

  it('promises bundlers that no import has an effect', () => {
    expect(manifest.sideEffects).toBe(false);
  });

  it('names one version of each tool', () => {
    const loose = Object.entries(manifest.devDependencies).filter(([, version]) => !/^(npm:rxjs@)?\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });
});

describe('the README on the page of a registry', () => {
  // Without a `repository` a registry has no address for a relative picture: it shows the words instead.
  it('says in words what each picture shows', () => {
    const words = [...readFileSync(`${root}README.md`, 'utf8').matchAll(/!\[(.*?)\]\(/g)].map(([, text]) => text!.split(' ').length);
    expect(words.filter((count) => count < 5)).toEqual([]);
  });
});

describe('the lockfile', () => {
  it('names no registry', () => {
    const lockfile = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as {
      packages: Record<string, { resolved?: string; version?: string }>;
    };
    const packages = Object.values(lockfile.packages);
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});
