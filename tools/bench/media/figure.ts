/** One figure of the media bench. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: string;
  /** Absent where there is nothing to reach. */
  readonly isReached?: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

const DIGITS: Readonly<Record<string, number>> = { s: 2, '×': 2, '%': 0, '': 4, 'MB/s': 0 };
const valueText = ({ value, unit }: Figure): string => `${value.toFixed(DIGITS[unit] ?? 2)} ${unit}`.trim();

/** A line for the terminal. */
export function lineOf(figure: Figure): string {
  const goal =
    figure.goal === undefined
      ? ''
      : `  (goal ${figure.goal}${figure.isReached === undefined ? '' : figure.isReached ? ', reached' : ', NOT reached'})`;
  return `  ${figure.name.padEnd(64)} ${valueText(figure).padStart(10)}${goal}`;
}

export function markdownOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const reached = figure.isReached === undefined ? '' : figure.isReached ? 'yes' : 'no';
    return `| ${figure.name} | ${valueText(figure)} | ${figure.goal ?? ''} | ${reached} |`;
  });
  return ['| what | figure | goal | reached |', '|---|---|---|---|', ...rows].join('\n');
}
