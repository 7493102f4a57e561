import { main } from '@doul/runtime';
import { searchWorker } from './search-worker.module.js';

main(searchWorker);
