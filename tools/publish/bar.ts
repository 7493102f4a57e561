const WIDTH = 30;
/** How often the bar is drawn at most, in ms. */
const EVERY_MS = 100;
/** The rate is that of the last so many ms. */
const RATE_MS = 5_000;

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** One line of progress: on a terminal it is drawn over itself, elsewhere a line is printed for each state. */
export class Bar {
  private readonly seen: { at: number; bytes: number }[] = [];
  private drawnAt = 0;
  private lastLabel = '';

  constructor(private readonly out: NodeJS.WriteStream) {}

  draw(label: string, done: number, total: number, note = ''): void {
    const now = Date.now();
    const changed = label !== this.lastLabel;
    this.lastLabel = label;
    if (!this.out.isTTY) return void (changed && this.out.write(`${label}\n`));
    if (!changed && now - this.drawnAt < EVERY_MS && done < total) return;
    this.drawnAt = now;
    const share = total === 0 ? 1 : done / total;
    const full = Math.round(share * WIDTH);
    const bar = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`;
    this.out.write(`\r\u001b[2K${label.padEnd(12)} ${bar} ${(share * 100).toFixed(0).padStart(3)} %  ${note}`);
  }

  /** Bytes of the last seconds, as text. */
  rate(bytes: number): string {
    const now = Date.now();
    this.seen.push({ at: now, bytes });
    while ((this.seen[0]?.at ?? now) < now - RATE_MS) this.seen.shift();
    const first = this.seen[0];
    const seconds = (now - (first?.at ?? now)) / 1_000;
    return seconds < 0.2 ? '' : `${megabytes((bytes - (first?.bytes ?? 0)) / seconds)}/s`;
  }

  end(line: string): void {
    this.out.write(this.out.isTTY ? `\r\u001b[2K${line}\n` : `${line}\n`);
  }
}
