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
  NO_SUCH_USER: { n: 5, grpc: 'NOT_FOUND', en: 'There is no such user', zh: '用户不存在' },
});
