/** What a stream of requests met. */
export interface TrafficReport {
  sent: number;
  failures: string[];
}

/** Keeps `width` callers busy until it is stopped, and remembers every failure. */
export function traffic(width: number, request: (at: number) => Promise<void>): { stop(): Promise<TrafficReport> } {
  const report: TrafficReport = { sent: 0, failures: [] };
  let running = true;
  const caller = async (): Promise<void> => {
    while (running) {
      const at = report.sent++;
      await request(at).catch((error: unknown) => void report.failures.push(error instanceof Error ? error.message : String(error)));
    }
  };
  const callers = Array.from({ length: width }, caller);
  return {
    stop: async () => {
      running = false;
      await Promise.all(callers);
      return report;
    },
  };
}
