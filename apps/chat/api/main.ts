import { main } from '@doul/runtime';
import { chatApi } from './chat-api.module.js';

main(chatApi);
