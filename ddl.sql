-- Every table of every service. Made from the migrations by `npm run ddl`; do not edit.

CREATE DATABASE IF NOT EXISTS `doul_chat` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE `doul_chat`;

CREATE TABLE `conversations` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `low_user_id` bigint(20) NOT NULL,
  `high_user_id` bigint(20) NOT NULL,
  `last_time` bigint(20) NOT NULL DEFAULT 0,
  `last_message_id` bigint(20) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_conversations_users` (`low_user_id`,`high_user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `messages` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `conversation_id` bigint(20) NOT NULL,
  `from_user_id` bigint(20) NOT NULL,
  `to_user_id` bigint(20) NOT NULL,
  `content` varchar(1000) NOT NULL,
  `request_key` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `create_time` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_messages_time` (`conversation_id`,`create_time`),
  UNIQUE KEY `uq_messages_request` (`from_user_id`,`request_key`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `outbox` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `event_id` char(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `type` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `payload` varbinary(8192) NOT NULL,
  `traceparent` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `occurred_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE DATABASE IF NOT EXISTS `doul_comment` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE `doul_comment`;

CREATE TABLE `comments` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `video_id` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `content` varchar(500) NOT NULL,
  `state` varchar(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `request_key` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `created_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_comments_request` (`user_id`,`request_key`),
  KEY `ix_comments_video` (`video_id`,`state`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `comment_counters` (
  `id` bigint(20) NOT NULL,
  `comment_count` bigint(20) NOT NULL DEFAULT 0,
  `version` bigint(20) NOT NULL DEFAULT 0 COMMENT 'grows with every change',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Counters, changed in the transaction that changes what they count';

CREATE TABLE `comment_counters_changes` (
  `seq` bigint(20) NOT NULL AUTO_INCREMENT,
  `ids` mediumtext CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'whose copies in Redis may be older, joined by commas',
  PRIMARY KEY (`seq`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Changes of comment_counters that are not in Redis yet';

CREATE TABLE `comment_reviews` (
  `comment_id` bigint(20) NOT NULL,
  `video_id` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  PRIMARY KEY (`comment_id`),
  KEY `ix_reviews_author` (`video_id`,`user_id`,`comment_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `outbox` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `event_id` char(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `type` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `payload` varbinary(8192) NOT NULL,
  `traceparent` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `occurred_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `words` (
  `text` varchar(64) NOT NULL,
  `level` varchar(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`text`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `word_version` (
  `id` tinyint(4) NOT NULL,
  `version` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE DATABASE IF NOT EXISTS `doul_friend` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE `doul_friend`;

CREATE TABLE `follows` (
  `follower_id` bigint(20) NOT NULL,
  `followee_id` bigint(20) NOT NULL,
  `followed_at` bigint(20) NOT NULL COMMENT 'Unix ms',
  `mutual` tinyint(4) NOT NULL DEFAULT 0 COMMENT '1 on both rows while two users follow each other',
  PRIMARY KEY (`follower_id`,`followee_id`),
  KEY `by_time` (`follower_id`,`followed_at`,`followee_id`),
  KEY `by_followee` (`followee_id`,`followed_at`,`follower_id`),
  KEY `by_mutual` (`follower_id`,`mutual`,`followed_at`,`followee_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Who follows whom';

CREATE TABLE `outbox` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `event_id` char(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `type` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `payload` varbinary(8192) NOT NULL,
  `traceparent` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `occurred_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `user_counters` (
  `id` bigint(20) NOT NULL,
  `follow_count` bigint(20) NOT NULL DEFAULT 0,
  `follower_count` bigint(20) NOT NULL DEFAULT 0,
  `follow_version` bigint(20) NOT NULL DEFAULT 0,
  `version` bigint(20) NOT NULL DEFAULT 0 COMMENT 'grows with every change',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Users followed and followers of each user; follow_version grows with each change of whom the user follows';

CREATE TABLE `user_counters_changes` (
  `seq` bigint(20) NOT NULL AUTO_INCREMENT,
  `ids` mediumtext CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'whose copies in Redis may be older, joined by commas',
  PRIMARY KEY (`seq`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Changes of user_counters that are not in Redis yet';

CREATE DATABASE IF NOT EXISTS `doul_search` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE `doul_search`;

CREATE TABLE `users` (
  `id` bigint(20) NOT NULL,
  `version` bigint(20) NOT NULL,
  `name_key` varchar(128) NOT NULL,
  `username_key` varchar(128) NOT NULL,
  `terms` text CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_users_name_key` (`name_key`),
  KEY `ix_users_username_key` (`username_key`),
  FULLTEXT KEY `ft_users_terms` (`terms`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `videos` (
  `id` bigint(20) NOT NULL,
  `version` bigint(20) NOT NULL,
  `removed` tinyint(4) NOT NULL DEFAULT 0,
  `author_id` bigint(20) NOT NULL,
  `title_key` varchar(128) NOT NULL,
  `terms` text CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `tags` text CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `published_at` bigint(20) NOT NULL,
  `popularity` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_videos_author` (`author_id`),
  KEY `ix_videos_title_key` (`title_key`),
  FULLTEXT KEY `ft_videos_terms` (`terms`),
  FULLTEXT KEY `ft_videos_tags` (`tags`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE DATABASE IF NOT EXISTS `doul_user` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE `doul_user`;

CREATE TABLE `accounts` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `username` varchar(32) NOT NULL,
  `username_hash` binary(32) NOT NULL,
  `password_hash` varchar(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `request_key` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `created_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_accounts_username` (`username_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `outbox` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `event_id` char(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `type` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `payload` varbinary(8192) NOT NULL,
  `traceparent` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `occurred_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `profiles` (
  `user_id` bigint(20) NOT NULL,
  `name` varchar(32) NOT NULL,
  `signature` varchar(200) NOT NULL DEFAULT '',
  `avatar_key` varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `background_key` varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `version` bigint(20) NOT NULL DEFAULT 1,
  `updated_at` bigint(20) NOT NULL,
  PRIMARY KEY (`user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `sessions` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `user_agent` varchar(200) NOT NULL,
  `address` varchar(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `last_seen_at` bigint(20) NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  `revoked_at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `ix_sessions_user` (`user_id`,`last_seen_at`),
  KEY `ix_sessions_revoked` (`revoked_at`,`id`),
  KEY `ix_sessions_expires` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE DATABASE IF NOT EXISTS `doul_video` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE `doul_video`;

CREATE TABLE `feed_clock` (
  `id` tinyint(4) NOT NULL,
  `last_time` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `likes` (
  `viewer_id` bigint(20) NOT NULL,
  `video_id` bigint(20) NOT NULL,
  `liked_at` bigint(20) NOT NULL,
  PRIMARY KEY (`viewer_id`,`video_id`),
  KEY `ix_likes_video` (`video_id`,`viewer_id`),
  KEY `ix_likes_time` (`viewer_id`,`liked_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `like_offsets` (
  `shard` smallint(6) NOT NULL,
  `generation` bigint(20) NOT NULL,
  `last_ms` bigint(20) NOT NULL,
  `last_seq` bigint(20) NOT NULL,
  PRIMARY KEY (`shard`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `like_store` (
  `id` tinyint(4) NOT NULL,
  `shards` smallint(6) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `media_events` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `video_id` bigint(20) NOT NULL,
  `happened_at` bigint(20) NOT NULL,
  `state` varchar(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `percent` tinyint(4) NOT NULL,
  `reason` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `renditions` varchar(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  PRIMARY KEY (`id`),
  KEY `ix_media_events_video` (`video_id`,`id`),
  KEY `ix_media_events_time` (`happened_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `media_jobs` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `video_id` bigint(20) NOT NULL,
  `step` varchar(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `state` varchar(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `claims` int(11) NOT NULL DEFAULT 0,
  `failures` int(11) NOT NULL DEFAULT 0,
  `lease_owner` varchar(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `lease_until` bigint(20) NOT NULL DEFAULT 0,
  `run_at` bigint(20) NOT NULL,
  `woken_at` bigint(20) NOT NULL,
  `percent` tinyint(4) NOT NULL DEFAULT 0,
  `argument` text DEFAULT NULL,
  `scratch` varchar(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `error` varchar(500) NOT NULL DEFAULT '',
  `created_at` bigint(20) NOT NULL,
  `state_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_media_jobs_step` (`video_id`,`step`),
  KEY `ix_media_jobs_state` (`state`,`run_at`),
  KEY `ix_media_jobs_step` (`step`,`state`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `outbox` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `event_id` char(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `type` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `payload` varbinary(8192) NOT NULL,
  `traceparent` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `occurred_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `uploads` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `upload_id` char(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `author_id` bigint(20) NOT NULL,
  `slot` smallint(6) DEFAULT NULL,
  `state` varchar(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `title` varchar(200) NOT NULL,
  `file_name` varchar(255) NOT NULL,
  `content_type` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `size_bytes` bigint(20) NOT NULL,
  `sha256` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `part_size` bigint(20) NOT NULL,
  `part_count` int(11) NOT NULL,
  `object_key` varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `store_id` varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `request_key` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `video_id` bigint(20) DEFAULT NULL,
  `created_at` bigint(20) NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  `state_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_uploads_upload` (`upload_id`),
  UNIQUE KEY `uq_uploads_request` (`author_id`,`request_key`),
  UNIQUE KEY `uq_uploads_object` (`object_key`),
  UNIQUE KEY `uq_uploads_slot` (`author_id`,`slot`),
  KEY `ix_uploads_author_state` (`author_id`,`state`,`id`),
  KEY `ix_uploads_state` (`state`,`state_at`),
  KEY `ix_uploads_expiry` (`state`,`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `upload_parts` (
  `upload` bigint(20) NOT NULL,
  `number` int(11) NOT NULL,
  `size` bigint(20) NOT NULL,
  `etag` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`upload`,`number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `user_counters` (
  `id` bigint(20) NOT NULL,
  `work_count` bigint(20) NOT NULL DEFAULT 0,
  `total_favorited` bigint(20) NOT NULL DEFAULT 0,
  `favorite_count` bigint(20) NOT NULL DEFAULT 0,
  `version` bigint(20) NOT NULL DEFAULT 0 COMMENT 'grows with every change',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Counters, changed in the transaction that changes what they count';

CREATE TABLE `user_counters_changes` (
  `seq` bigint(20) NOT NULL AUTO_INCREMENT,
  `ids` mediumtext CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'whose copies in Redis may be older, joined by commas',
  PRIMARY KEY (`seq`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Changes of user_counters that are not in Redis yet';

CREATE TABLE `videos` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `author_id` bigint(20) NOT NULL,
  `title` varchar(200) NOT NULL,
  `state` varchar(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `reason` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `version` bigint(20) NOT NULL DEFAULT 1,
  `object_key` varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `cover_key` varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `size_bytes` bigint(20) NOT NULL,
  `width` int(11) NOT NULL DEFAULT 0,
  `height` int(11) NOT NULL DEFAULT 0,
  `duration_ms` int(11) NOT NULL DEFAULT 0,
  `request_key` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `published_at` bigint(20) DEFAULT NULL,
  `feed_time` bigint(20) DEFAULT NULL,
  `state_at` bigint(20) NOT NULL,
  `leftovers` tinyint(4) NOT NULL DEFAULT 0,
  `media_set` varchar(21) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `pictures` tinyint(4) NOT NULL DEFAULT 0,
  `blurhash` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `renditions` text DEFAULT NULL,
  `sha256` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `original` tinyint(4) NOT NULL DEFAULT 1,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_videos_request` (`author_id`,`request_key`),
  UNIQUE KEY `uq_videos_object` (`object_key`),
  UNIQUE KEY `uq_videos_feed_time` (`feed_time`),
  KEY `ix_videos_author` (`author_id`,`id`),
  KEY `ix_videos_author_state` (`author_id`,`state`,`id`),
  KEY `ix_videos_state` (`state`,`state_at`),
  KEY `ix_videos_leftovers` (`leftovers`,`state_at`),
  KEY `ix_videos_media_set` (`media_set`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `video_counters` (
  `id` bigint(20) NOT NULL,
  `favorite_count` bigint(20) NOT NULL DEFAULT 0,
  `version` bigint(20) NOT NULL DEFAULT 0 COMMENT 'grows with every change',
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Counters, changed in the transaction that changes what they count';

CREATE TABLE `video_counters_changes` (
  `seq` bigint(20) NOT NULL AUTO_INCREMENT,
  `ids` mediumtext CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'whose copies in Redis may be older, joined by commas',
  PRIMARY KEY (`seq`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Changes of video_counters that are not in Redis yet';
