import { main } from '@doul/runtime';
import { chatRpc } from './chat-rpc.module.js';

main(chatRpc);
