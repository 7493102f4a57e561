import { main } from '@doul/runtime';
import { commentRpc } from './comment-rpc.module.js';

main(commentRpc);
