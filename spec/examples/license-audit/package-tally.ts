import { dirname } from 'node:path';
import type { HandlersOf } from 'rx-broker';
import type { Aggregator, Package } from './messages';
import type { Report } from './report';

const LARGEST = 10;

/** The aggregator's state: every package that was parsed, and how large its folder is. */
export class PackageTally implements HandlersOf<typeof Aggregator> {
  readonly #packages: Package[] = [];
  readonly #bytes = new Map<string, number>();

  readonly add = ({ found }: { readonly found: Package }): void => {
    this.#packages.push(found);
  };

  readonly measure = ({ folder, bytes }: { readonly folder: string; readonly bytes: number }): void => {
    this.#bytes.set(folder, bytes);
  };

  get count(): number {
    return this.#packages.length;
  }

  summary(): Pick<Report, 'filesParsed' | 'licences' | 'largest' | 'withoutLicence'> {
    // Without a name it is no package.
    const packages = this.#packages.filter(({ name }) => name !== undefined);
    const named = packages.map((found) => ({ ...found, name: found.name as string, bytes: this.#bytes.get(dirname(found.path)) ?? 0 }));
    const byLicence = new Map<string, { packages: number; bytes: number }>();
    for (const { licence = 'none', bytes } of named) {
      const { packages: sum, bytes: size } = byLicence.get(licence) ?? { packages: 0, bytes: 0 };
      byLicence.set(licence, { packages: sum + 1, bytes: size + bytes });
    }
    return {
      filesParsed: this.count,
      licences: [...byLicence].map(([licence, sums]) => ({ licence, ...sums })).sort((a, b) => b.packages - a.packages || b.bytes - a.bytes),
      largest: named
        .sort((a, b) => b.bytes - a.bytes)
        .slice(0, LARGEST)
        .map(({ name, version = '', bytes }) => ({ name, version, bytes })),
      withoutLicence: [...new Set(named.filter(({ licence }) => licence === undefined).map(({ name }) => name))].sort(),
    };
  }
}
