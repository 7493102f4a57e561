/** Seconds since then, with one decimal. */
const since = (start: number): string => `${((Date.now() - start) / 1_000).toFixed(1)} s`;

const line = (name: string, count: string, time: string): void =>
  console.log(`  ${name.padEnd(20)}${count.padStart(9)}${time.padStart(9)}`);

/** Does the work of one step and prints how much it was and how long it took. */
export async function step<T>(name: string, work: () => Promise<{ count: number; result: T }>): Promise<T> {
  const start = Date.now();
  const { count, result } = await work();
  line(name, String(count), since(start));
  return result;
}

/** Prints a line at each quarter of a long step. */
export function quarters(name: string, total: number): (done: number) => void {
  const start = Date.now();
  let printed = 0;
  return (done) => {
    const quarter = total === 0 ? 4 : Math.floor((done * 4) / total);
    if (quarter <= printed) return;
    printed = quarter;
    line(name, `${done}/${total}`, since(start));
  };
}
