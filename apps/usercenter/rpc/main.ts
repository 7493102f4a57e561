import { main } from '@doul/runtime';
import { usercenterRpc } from './usercenter-rpc.module.js';

main(usercenterRpc);
