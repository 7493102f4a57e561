import type { Metric, MetricObjectWithValues, MetricValueWithName, Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string | number>>;

interface Options {
  name: string;
  help: string;
  labelNames: readonly string[];
}

type Values = MetricValueWithName<string>[];

/**
 * The series of a metric, as prom-client's registry reads them. prom-client's own metrics check the labels and look a series up by a text
 * that is made of them at each call, which for the three calls of a request was a tenth of what an API process did.
 */
abstract class Series<S> {
  abstract readonly type: 'counter' | 'gauge' | 'histogram';
  readonly aggregator = 'sum';
  readonly name: string;
  readonly help: string;
  private readonly labelNames: readonly string[];
  /** By the value of the first label, then of the second, and so on. */
  private readonly tree = new Map<unknown, unknown>();
  private readonly all: { labels: Labels; series: S }[] = [];

  constructor({ name, help, labelNames }: Options, registry: Registry) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    registry.registerMetric(this as unknown as Metric);
  }

  protected abstract make(): S;
  protected abstract zero(series: S): void;
  protected abstract valuesOf(series: S, labels: Labels): Values;

  /** What the registry asks for when it is scraped. */
  get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    // One without labels is there from the start.
    if (this.labelNames.length === 0) this.of({});
    const { name, help, type, aggregator } = this;
    const values = this.all.flatMap(({ labels, series }) => this.valuesOf(series, labels));
    return Promise.resolve({ name, help, type, aggregator, values } as never);
  }

  reset(): void {
    for (const { series } of this.all) this.zero(series);
  }

  /** The series of these labels, made on the first call. */
  protected of(labels: Labels): S {
    let node: unknown = this.tree;
    const last = Math.max(0, this.labelNames.length - 1);
    for (let at = 0; at <= last; at += 1) {
      const name = this.labelNames[at];
      const next = (node as Map<unknown, unknown>).get(name === undefined ? undefined : labels[name]);
      if (next === undefined) return this.add(labels);
      node = next;
    }
    return node as S;
  }

  private add(labels: Labels): S {
    const unknown = Object.keys(labels).find((name) => !this.labelNames.includes(name));
    if (unknown !== undefined) throw new Error(`the metric ${this.name} has no label ${unknown}`);
    const series = this.make();
    const path = this.labelNames.length === 0 ? [undefined] : this.labelNames.map((name) => labels[name]);
    let node: Map<unknown, unknown> = this.tree;
    for (const value of path.slice(0, -1)) {
      const next = (node.get(value) as Map<unknown, unknown> | undefined) ?? new Map<unknown, unknown>();
      node.set(value, next);
      node = next;
    }
    node.set(path.at(-1), series);
    this.all.push({ labels: { ...labels }, series });
    return series;
  }
}

interface Level {
  value: number;
}

abstract class Levels extends Series<Level> {
  protected make(): Level {
    return { value: 0 };
  }
  protected zero(level: Level): void {
    level.value = 0;
  }
  protected valuesOf({ value }: Level, labels: Labels): Values {
    return [{ value, labels }];
  }
  /** @param by counts only beside labels: a metric without any is changed by the number in their place */
  protected change(labels: Labels | number, by: number): void {
    if (typeof labels === 'number') this.of(NO_LABELS).value += labels;
    else this.of(labels).value += by;
  }
}

const NO_LABELS: Labels = {};

export class Counter extends Levels {
  readonly type = 'counter';

  /** Counts `n` more (default 1), in the series of these labels. */
  inc(labels: Labels | number = 1, n = 1): void {
    this.change(labels, n);
  }
  labels(labels: Labels): { inc(n?: number): void } {
    const level = this.of(labels);
    return { inc: (n = 1) => (level.value += n) };
  }
}

export class Gauge extends Levels {
  readonly type = 'gauge';

  inc(labels: Labels | number = 1, n = 1): void {
    this.change(labels, n);
  }
  dec(labels: Labels | number = 1, n = 1): void {
    this.change(typeof labels === 'number' ? -labels : labels, -n);
  }
  set(labels: Labels | number, value = 0): void {
    if (typeof labels === 'number') this.of(NO_LABELS).value = labels;
    else this.of(labels).value = value;
  }
  labels(labels: Labels): { set(value: number): void } {
    const level = this.of(labels);
    return { set: (value) => (level.value = value) };
  }
}

/** How many values were at most each bound, and behind them those above the last one. */
class Distribution {
  readonly counts: number[];
  sum = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = bounds.map(() => 0).concat(0);
  }

  observe(value: number): void {
    let at = 0;
    while (at < this.bounds.length && value > (this.bounds[at] as number)) at += 1;
    this.counts[at] = (this.counts[at] as number) + 1;
    this.sum += value;
  }
}

export class Histogram extends Series<Distribution> {
  readonly type = 'histogram';
  private readonly bounds: readonly number[];

  constructor(options: Options & { buckets: readonly number[] }, registry: Registry) {
    super(options, registry);
    this.bounds = options.buckets;
  }

  observe(labels: Labels | number, value = 0): void {
    if (typeof labels === 'number') this.of(NO_LABELS).observe(labels);
    else this.of(labels).observe(value);
  }
  labels(labels: Labels): { observe(value: number): void } {
    return this.of(labels);
  }
  /** Measures the time until the function that it gives is called, in seconds; labels may be said at either end. */
  startTimer(labels: Labels = NO_LABELS): (more?: Labels) => void {
    const start = performance.now();
    return (more) => this.of(more ? { ...labels, ...more } : labels).observe((performance.now() - start) / 1_000);
  }

  protected make(): Distribution {
    return new Distribution(this.bounds);
  }
  protected zero(series: Distribution): void {
    series.counts.fill(0);
    series.sum = 0;
  }
  protected valuesOf({ counts, sum }: Distribution, labels: Labels): Values {
    let value = 0;
    const buckets = [...this.bounds, '+Inf'].map((le, at) => {
      value += counts[at] as number;
      return { metricName: `${this.name}_bucket`, labels: { le, ...labels }, value };
    });
    return [...buckets, { metricName: `${this.name}_sum`, labels, value: sum }, { metricName: `${this.name}_count`, labels, value }];
  }
}
