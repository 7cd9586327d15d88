/**
 * The CPU time in nanoseconds that all threads of this process have spent so far. A thread that waits for a CPU does not count. The
 * collection of the garbage of a work does.
 *
 * The counter advances in microseconds (on Linux it was read at steps of 1 to 3 µs), and a sample takes 8 ms or more.
 */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}
