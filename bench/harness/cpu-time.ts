/**
 * The nanoseconds of CPU that all threads of this process have spent so far. The time of a thread that another process pushed aside
 * does not count; the collection of the garbage that a work leaves behind does.
 *
 * The counter advances in microseconds (on Linux it was read at steps of 1 to 3 µs), and a sample takes 8 ms or more.
 */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}
