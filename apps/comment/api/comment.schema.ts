import { CommonErrors } from '@doul/contracts';
import { CommentSchema, endpoint, examples, p, pageShape } from '@doul/http';
import { z } from 'zod';
import { CommentErrors } from '../comment.errors.js';

/** Comments of a list without paging parameters, and of one page at most. */
export const MAX_LIST = 1_000;

export const POST = 1;
export const DELETE = 2;

export const commentAction = endpoint({
  method: 'POST',
  path: '/douyin/comment/action/',
  summary: 'Post or delete a comment',
  description:
    'action_type 1 posts comment_text and answers the comment; 2 deletes comment_id, which its author and the author of the video may. Words of the list are refused, masked, or held back until somebody has read them: until then the comment is shown to its author only.',
  folder: 'comment',
  auth: 'required',
  limit: 'comment',
  params: {
    video_id: p.id(),
    action_type: p.choice(POST, DELETE),
    comment_text: p.text({ max: 500 }).optional(),
    comment_id: p.id().optional(),
  },
  request: { action_type: POST, comment_text: '好看！' },
  answer: { comment: CommentSchema.optional() },
  errors: [
    CommentErrors.NO_SUCH_VIDEO_TO_COMMENT,
    CommentErrors.NO_SUCH_COMMENT,
    CommentErrors.NOT_YOUR_COMMENT,
    CommonErrors.TEXT_REFUSED,
  ],
  example: { comment: examples.comment },
});

export const commentList = endpoint({
  method: 'GET',
  path: '/douyin/comment/list/',
  summary: 'Comments of a video, newest first',
  folder: 'comment',
  auth: 'optional',
  params: { video_id: p.id(), cursor: p.cursor(), count: p.count(MAX_LIST) },
  answer: { comment_list: z.array(CommentSchema), ...pageShape },
  errors: [CommentErrors.NO_SUCH_VIDEO_TO_COMMENT],
  example: { comment_list: [examples.comment] },
});
