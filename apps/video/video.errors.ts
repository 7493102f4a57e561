import { defineErrors } from '@doul/contracts';

export const VideoErrors = defineErrors('video', 13, {
  NO_SUCH_VIDEO: { n: 1, grpc: 'NOT_FOUND', en: 'There is no such video', zh: '视频不存在' },
  NOT_YOUR_VIDEO: { n: 2, grpc: 'PERMISSION_DENIED', en: 'Only its author can delete a video', zh: '只有作者可以删除视频' },
  NOT_A_VIDEO: {
    n: 3,
    grpc: 'INVALID_ARGUMENT',
    en: 'The file is not a video of a kind we play: MP4, MOV, Matroska or WebM',
    zh: '文件不是支持的视频格式（MP4、MOV、Matroska 或 WebM）',
  },
  KEY_ALREADY_USED: {
    n: 4,
    grpc: 'ALREADY_EXISTS',
    en: 'This stored file already belongs to a video',
    zh: '该文件已属于另一个视频',
  },
  NOT_PUBLISHED: { n: 6, grpc: 'FAILED_PRECONDITION', en: 'The video is not published', zh: '视频尚未发布' },
  NO_FAILED_JOB: { n: 7, grpc: 'NOT_FOUND', en: 'There is no such job, or it has not failed', zh: '任务不存在或并未失败' },
  NOT_AN_OPERATOR: { n: 8, grpc: 'PERMISSION_DENIED', en: 'This is for operators', zh: '仅限运维人员使用' },
  NO_SUCH_USER: { n: 5, grpc: 'NOT_FOUND', en: 'There is no such user', zh: '用户不存在' },
  NO_SUCH_UPLOAD: { n: 20, grpc: 'NOT_FOUND', en: 'There is no such upload', zh: '上传任务不存在' },
  UPLOAD_ENDED: {
    n: 21,
    grpc: 'FAILED_PRECONDITION',
    en: 'The upload was aborted or has expired; begin a new one',
    zh: '上传已取消或已过期，请重新上传',
  },
  UPLOAD_COMPLETED: {
    n: 22,
    grpc: 'FAILED_PRECONDITION',
    en: 'The upload is complete already; delete its video instead',
    zh: '上传已完成，如需撤回请删除视频',
  },
  UPLOAD_INCOMPLETE: {
    n: 23,
    grpc: 'FAILED_PRECONDITION',
    en: '{count} parts are missing or have another size: {parts}',
    zh: '有 {count} 个分片缺失或大小不符：{parts}',
  },
  TOO_MANY_UPLOADS: {
    n: 24,
    grpc: 'RESOURCE_EXHAUSTED',
    en: 'There are {most} open uploads already; complete or abort one first',
    zh: '已有 {most} 个未完成的上传，请先完成或取消其中一个',
  },
  NO_SUCH_PART: {
    n: 26,
    grpc: 'INVALID_ARGUMENT',
    en: 'There is no part {number}: the upload has {count}',
    zh: '没有第 {number} 个分片，共 {count} 个',
  },
  UPLOAD_TOO_LARGE: {
    n: 25,
    grpc: 'INVALID_ARGUMENT',
    en: 'The file is larger than {most} bytes',
    zh: '文件超过 {most} 字节',
  },
});
