import { main } from '@doul/runtime';
import { videoRpc } from './video-rpc.module.js';
main(videoRpc);
