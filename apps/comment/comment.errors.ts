import { defineErrors } from '@doul/contracts';

export const CommentErrors = defineErrors('comment', 14, {
  NO_SUCH_VIDEO_TO_COMMENT: { n: 1, grpc: 'NOT_FOUND', en: 'There is no such video', zh: '视频不存在' },
  NO_SUCH_COMMENT: { n: 2, grpc: 'NOT_FOUND', en: 'There is no such comment on this video', zh: '该视频下没有这条评论' },
  NOT_YOUR_COMMENT: {
    n: 3,
    grpc: 'PERMISSION_DENIED',
    en: 'Only its author and the author of the video can delete a comment',
    zh: '只有评论作者或视频作者可以删除评论',
  },
  NOT_IN_REVIEW: { n: 4, grpc: 'FAILED_PRECONDITION', en: 'This comment was decided otherwise before', zh: '该评论已有其他审核结果' },
  BAD_WORD: {
    n: 5,
    grpc: 'INVALID_ARGUMENT',
    en: 'A listed word has 1 to 64 characters, a level, and no line break: {word}',
    zh: '词条须为 1 到 64 个字符、有级别且不含换行：{word}',
  },
});
