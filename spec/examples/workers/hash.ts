import { message, protocol } from 'rx-broker';

/** A file that was hashed. */
export interface FileHash {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a worker is asked: to hash some files, one after the other. */
export const Hash = protocol('hash', { files: message<{ paths: readonly string[] }, readonly FileHash[]>() });
