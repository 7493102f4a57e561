export { Actor, newUser, newUsers, stranger } from './actor.js';
export { ask, fileBlob, must, publicUrl, send, type Answer, type Call } from './api-client.js';
export { chaos, doul, recovered, type StatusRow } from './chaos.js';
export { clip, type ClipLook } from './clip-files.js';
export { eventually, inParallel } from './eventually.js';
export type { CommentObject, FriendObject, MessageObject, UserObject, VideoObject } from './objects.js';
export { redisCluster, type TestCluster } from './redis-cluster.js';
export { traffic, type TrafficReport } from './traffic.js';
