import { standInTheMiddle } from './middle';

standInTheMiddle(globalThis);
