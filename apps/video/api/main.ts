import { main } from '@doul/runtime';
import { videoApi } from './video-api.module.js';
main(videoApi);
