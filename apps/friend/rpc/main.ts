import { main } from '@doul/runtime';
import { friendRpc } from './friend-rpc.module.js';

main(friendRpc);
