import { Orphans } from '../worker/cleaning/orphans.js';
import { FrameFiles } from '../worker/pipeline/frame-files.js';
import { MediaRunner } from '../worker/pipeline/media-runner.js';
import { MediaSteps } from '../worker/pipeline/media-steps.js';
import { SourceFiles } from '../worker/pipeline/source-files.js';
import { CoverStep } from '../worker/pipeline/steps/cover.step.js';
import { FirstStep } from '../worker/pipeline/steps/first.step.js';
import { LadderStep } from '../worker/pipeline/steps/ladder.step.js';
import { PicturesStep } from '../worker/pipeline/steps/pictures.step.js';
import { ProbeStep } from '../worker/pipeline/steps/probe.step.js';
import type { ModelProcess } from './model-fixture.js';

/** As the sweeper does in the course of time, until it has seen every page of the store. */
export async function sweepOrphans({ videos }: ModelProcess, now: number): Promise<void> {
  const orphans = new Orphans(videos);
  for (let page = 0; page < 10; page += 1) await orphans.sweep(now);
}

/** A worker's pipeline on the classes of `model/`, as one process would have it. */
export class Pipeline {
  readonly sources = new SourceFiles();
  readonly frames = new FrameFiles();
  readonly runner: MediaRunner;

  constructor({ jobs, publications, renditions, copies }: ModelProcess) {
    const steps = new MediaSteps(
      new ProbeStep(this.sources, publications),
      new FirstStep(this.sources, this.frames, jobs, publications),
      new CoverStep(renditions),
      new PicturesStep(renditions),
      new LadderStep(this.sources, this.frames, jobs, renditions),
    );
    this.runner = new MediaRunner(jobs, publications, steps, copies);
  }

  async close(): Promise<void> {
    await Promise.all([this.sources.onApplicationShutdown(), this.frames.onApplicationShutdown()]);
  }
}
