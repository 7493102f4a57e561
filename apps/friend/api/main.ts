import { main } from '@doul/runtime';
import { friendApi } from './friend-api.module.js';

main(friendApi);
