import { main } from '@doul/runtime';
import { searchApi } from './search-api.module.js';

main(searchApi);
