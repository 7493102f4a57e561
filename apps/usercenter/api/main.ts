import { main } from '@doul/runtime';
import { usercenterApi } from './usercenter-api.module.js';

main(usercenterApi);
