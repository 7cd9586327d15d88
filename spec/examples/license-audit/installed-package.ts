import { sep } from 'node:path';

// `node_modules/name`, `node_modules/@scope/name`, and the same again inside of a package, or of a store such as `.pnpm/name@1.0.0`.
const INSTALLED = /^(?:(?:\.[^/]+\/[^/]+|(?:@[^/]+\/)?[^/]+)\/node_modules\/)*(?:@[^/]+\/)?[^/.@][^/]*\/package\.json$/;

/**
 * Whether a `package.json` is the one of a package. Deeper in an installed package there are more of them, for its entries (`rxjs/ajax`) and in
 * the fixtures of its tests: these are parts of the package, and under its licence. What is not installed is a package of the project.
 */
export function isPackage(path: string): boolean {
  const [, ...installed] = path.split(sep).join('/').split(/(?:^|\/)node_modules\/(.*)/);
  return installed[0] === undefined || INSTALLED.test(installed[0]);
}
