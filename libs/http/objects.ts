import { z } from 'zod';

/** A whole number that JSON carries exactly. */
const whole = (description: string) => z.int().min(0).meta({ description });

const userShape = {
  id: whole('Id of the user').meta({ example: 1 }),
  name: z.string().meta({ description: 'Display name', example: '小豆' }),
  follow_count: whole('Users this one follows'),
  follower_count: whole('Users who follow this one'),
  is_follow: z.boolean().meta({ description: 'Whether the caller follows this user; false for an anonymous caller' }),
  avatar: z.string().meta({ description: 'Absolute URL, never empty' }),
  background_image: z.string().meta({ description: 'Absolute URL, never empty' }),
  signature: z.string(),
  total_favorited: whole('Likes received'),
  work_count: whole('Published videos'),
  favorite_count: whole('Likes given'),
};

export const UserSchema = z.object(userShape).meta({ title: 'User' });
export type User = z.output<typeof UserSchema>;

/** State of a video as clients see it. */
export const VIDEO_STATES = ['uploaded', 'processing', 'published', 'rejected', 'failed'] as const;

export const VideoSchema = z
  .object({
    id: whole('Id of the video'),
    author: UserSchema,
    play_url: z.string().meta({ description: 'Absolute URL of the video file' }),
    cover_url: z.string().meta({ description: 'Absolute URL of the cover image' }),
    favorite_count: whole('Likes'),
    comment_count: whole('Comments'),
    is_favorite: z.boolean().meta({ description: 'Whether the caller likes it; false for an anonymous caller' }),
    width: whole('Of the picture as shown, in pixels; 0 until it is known'),
    height: whole('Of the picture as shown, in pixels; 0 until it is known'),
    duration_ms: whole('In ms; 0 until it is known'),
    hls_url: z.string().meta({ description: 'HLS master playlist, absolute; empty until it is published' }),
    cover_small_url: z.string().meta({ description: 'The cover for small places, absolute' }),
    preview_url: z.string().meta({ description: 'Animated WebP of at most 3 s, absolute; empty until it is made' }),
    storyboard_url: z.string().meta({ description: 'WebVTT of thumbnails for scrubbing, absolute; empty until it is made' }),
    blurhash: z.string().meta({ description: 'What the cover looks like from afar (blurha.sh); empty until it is made' }),
    state: z.enum(VIDEO_STATES).meta({ description: 'Others than its author see published videos only' }),
    title: z.string(),
  })
  .meta({ title: 'Video' });
export type Video = z.output<typeof VideoSchema>;

export const CommentSchema = z
  .object({
    id: whole('Id of the comment'),
    user: UserSchema,
    content: z.string(),
    create_date: z.string().meta({ description: 'mm-dd in the time zone of the server', example: '05-01' }),
  })
  .meta({ title: 'Comment' });
export type Comment = z.output<typeof CommentSchema>;

export const FriendUserSchema = z
  .object({
    ...userShape,
    message: z.string().meta({ description: 'Latest line of the conversation, or empty' }),
    msgType: z.int().meta({ enum: [0, 1], description: '0 = the caller received the latest line, 1 = sent it' }),
  })
  .meta({ title: 'FriendUser' });
export type FriendUser = z.output<typeof FriendUserSchema>;

export const MessageSchema = z
  .object({
    id: whole('Id of the message'),
    to_user_id: whole('Receiver'),
    from_user_id: whole('Sender'),
    content: z.string(),
    create_time: whole('Unix time in ms; strictly increasing within a conversation'),
  })
  .meta({ title: 'Message' });
export type Message = z.output<typeof MessageSchema>;

/** Fields of a list answer that are there when `cursor` or `count` was given. */
export const pageShape = {
  next_cursor: z.string().optional().meta({ description: 'Where the next page starts; empty at the end' }),
  has_more: z.boolean().optional(),
};

const user: User = {
  id: 1,
  name: '小豆',
  follow_count: 3,
  follower_count: 12,
  is_follow: false,
  avatar: 'http://localhost:8080/media/defaults/avatar.png',
  background_image: 'http://localhost:8080/media/defaults/background.png',
  signature: '记录生活',
  total_favorited: 128,
  work_count: 4,
  favorite_count: 9,
};

/** Objects for the `example` of an endpoint. */
export const examples = {
  user,
  video: {
    id: 42,
    author: user,
    play_url: 'http://localhost:8080/media/media/V1StGXR8_Z5jdHi6B-myT/play.mp4',
    cover_url: 'http://localhost:8080/media/media/V1StGXR8_Z5jdHi6B-myT/cover-4f90d13a42lT0sQmpKzXc.jpg',
    favorite_count: 128,
    comment_count: 7,
    is_favorite: true,
    width: 720,
    height: 1280,
    duration_ms: 15_000,
    hls_url: 'http://localhost:8080/media/media/V1StGXR8_Z5jdHi6B-myT/master.m3u8',
    cover_small_url: 'http://localhost:8080/media/media/V1StGXR8_Z5jdHi6B-myT/cover-small-4f90d13a42lT0sQmpKzXc.jpg',
    preview_url: 'http://localhost:8080/media/media/V1StGXR8_Z5jdHi6B-myT/preview.webp',
    storyboard_url: 'http://localhost:8080/media/media/V1StGXR8_Z5jdHi6B-myT/storyboard.vtt',
    blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
    state: 'published',
    title: '海边的日落 sunset',
  } satisfies Video,
  comment: { id: 7, user, content: '好看！', create_date: '05-01' } satisfies Comment,
  friend: { ...user, message: '晚上一起吃饭吗', msgType: 0 } satisfies FriendUser,
  message: { id: 5, to_user_id: 1, from_user_id: 2, content: '你好', create_time: 1_714_550_400_000 } satisfies Message,
};
