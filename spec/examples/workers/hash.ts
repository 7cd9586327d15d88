import { type MessageOf, actorId, message, protocol } from 'rx-broker';

/** A file that was hashed. One that could not be read has an `error` instead of the hash. */
export interface FileHash {
  readonly path: string;
  readonly bytes: number;
  readonly sha256?: string;
  readonly error?: string;
}

/** What stands for a file that could not be read: it harms none of the others. */
export function unreadFile(path: string, error: unknown): FileHash {
  return { path, bytes: 0, error: error instanceof Error ? error.message : String(error) };
}

/** What a thread of Node is asked: to hash some files, one after the other. */
export const Hash = protocol('hash', { paths: message<{ paths: readonly string[] }, readonly FileHash[]>() });

/** The same of a worker of a page, which has files and no paths. A file that is posted to a worker is not copied. */
export const HashInPage = protocol('hash', { files: message<{ files: readonly File[] }, readonly FileHash[]>() });

/** The pool, of either kind. */
export const hash = actorId<MessageOf<typeof Hash> | MessageOf<typeof HashInPage>>('hash');
