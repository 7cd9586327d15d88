import { serveJob } from './serve-job';

const number = Math.random();
serveJob({ whoAmI: () => number, exit: () => close() });
