import { main } from '@doul/runtime';
import { commentApi } from './comment-api.module.js';

main(commentApi);
