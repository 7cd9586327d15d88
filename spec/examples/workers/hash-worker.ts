import { serveActor } from 'rx-broker/transports/message-port';
import { Hash } from './hash';
import { hashFiles } from './hash-files';

serveActor(Hash, { paths: ({ paths }, { signal }) => hashFiles(paths, signal) });
