import { Injectable } from '@nestjs/common';
import type { Step } from '../../model/media-job.js';
import type { MediaStep } from './media-step.js';
import { CoverStep } from './steps/cover.step.js';
import { FirstStep } from './steps/first.step.js';
import { LadderStep } from './steps/ladder.step.js';
import { PicturesStep } from './steps/pictures.step.js';
import { ProbeStep } from './steps/probe.step.js';

/** The steps by their names. */
@Injectable()
export class MediaSteps {
  private readonly steps: Readonly<Record<Step, MediaStep>>;

  constructor(probe: ProbeStep, first: FirstStep, cover: CoverStep, pictures: PicturesStep, ladder: LadderStep) {
    this.steps = { probe, first, cover, pictures, ladder };
  }

  of(step: Step): MediaStep {
    return this.steps[step];
  }
}
