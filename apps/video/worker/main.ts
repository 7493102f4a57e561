import { main } from '@doul/runtime';
import { videoWorker } from './video-worker.module.js';
main(videoWorker);
