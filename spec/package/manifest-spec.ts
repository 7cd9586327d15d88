import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../../', import.meta.url));
const doors = readdirSync(`${root}src`).filter((name) => existsSync(`${root}src/${name}/index.ts`));

/** What package.json has to say for `src/<folder>/index.ts`. */
function entryOf(folder: string): unknown {
  const built = `./dist/${folder}${folder === '' ? '' : '/'}index`;
  const esm = { types: `${built}.d.ts`, default: `${built}.js` };
  return { 'module-sync': esm, import: esm, require: { types: `${built}.d.cts`, default: `${built}.cjs` } };
}

describe('package.json', () => {
  it('has an entry for each index.ts of src, and no other', () => {
    const expected = Object.fromEntries(doors.map((door) => [`./${door}`, entryOf(door)]));
    expect(manifest.exports).toEqual({ '.': entryOf(''), ...expected, './package.json': './package.json' });
  });

  it('offers what can be loaded by both module systems first, and types before code', () => {
    const order = Object.entries(manifest.exports).map(([, entry]) =>
      typeof entry === 'string' ? [] : Object.entries(entry).map(([condition, files]) => [condition, ...Object.keys(files)].join(' ')),
    );
    const conditions = ['module-sync types default', 'import types default', 'require types default'];
    expect(order).toEqual([conditions, ...doors.map(() => conditions), []]);
  });

  it('has the types of each entry where `exports` is not read: `moduleResolution: node10`', () => {
    const [built, plain] = manifest.typesVersions['*']['*'];
    for (const door of doors) expect(entryOf(door)).toMatchObject({ import: { types: built!.replace('*', door) } });
    // The entry itself and package.json, which are where they say.
    expect(plain).toBe('./*');
    expect(manifest.types).toBe('./dist/index.d.ts');
  });

  it('has rxjs as a peer dependency, and no other', () => {
    expect(manifest.peerDependencies).toEqual({ rxjs: '^7.8.0' });
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
