-- Whatever the database was created with: names and texts are in any language.
ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
--> statement-breakpoint
CREATE TABLE `files` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`owner_id` bigint unsigned NOT NULL,
	`scene` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`kind` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(255) NOT NULL,
	`mime` varchar(127) character set ascii collate ascii_bin NOT NULL,
	`bytes` bigint unsigned NOT NULL,
	`width` int,
	`height` int,
	`duration_ms` int,
	`storage_key` varchar(128) character set ascii collate ascii_bin NOT NULL,
	`room_id` bigint unsigned,
	`seq` bigint unsigned,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `files_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `refresh_tokens` (
	`token_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`session_id` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`used_at` datetime(3),
	CONSTRAINT `refresh_tokens_token_hash` PRIMARY KEY(`token_hash`)
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`device` varchar(300) NOT NULL,
	`address` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`last_used_at` datetime(3) NOT NULL,
	`revoked_at` datetime(3),
	CONSTRAINT `sessions_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`email` varchar(254) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`username` varchar(32) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`password_hash` varchar(160) character set ascii collate ascii_bin NOT NULL,
	`display_name` varchar(60) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`bio` varchar(500) NOT NULL DEFAULT '',
	`qq` varchar(32) NOT NULL DEFAULT '',
	`wechat` varchar(64) NOT NULL DEFAULT '',
	`github` varchar(64) NOT NULL DEFAULT '',
	`image_file_id` bigint unsigned,
	`locale` varchar(8) character set ascii collate ascii_bin NOT NULL DEFAULT 'en',
	`status` varchar(100) NOT NULL DEFAULT '',
	`disabled_at` datetime(3),
	`last_seen_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `users_id` PRIMARY KEY(`id`),
	CONSTRAINT `users_email` UNIQUE(`email`),
	CONSTRAINT `users_username` UNIQUE(`username`)
);
--> statement-breakpoint
CREATE TABLE `workspaces` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`slug` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(80) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `workspaces_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `message_mentions` (
	`user_id` bigint unsigned NOT NULL,
	`room_id` bigint unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	CONSTRAINT `message_mentions_user_id_room_id_seq_pk` PRIMARY KEY(`user_id`,`room_id`,`seq`)
);
--> statement-breakpoint
CREATE TABLE `message_terms` (
	`room_id` bigint unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`terms` mediumtext character set ascii collate ascii_bin NOT NULL,
	CONSTRAINT `message_terms_room_id_seq_pk` PRIMARY KEY(`room_id`,`seq`)
);
--> statement-breakpoint
CREATE TABLE `messages` (
	`room_id` bigint unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`change` bigint unsigned NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`sender_id` bigint unsigned NOT NULL,
	`client_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`body_hash` varchar(22) character set ascii collate ascii_bin NOT NULL,
	`first_change` bigint unsigned NOT NULL,
	`kind` varchar(8) character set ascii collate ascii_bin NOT NULL,
	`body` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`reply_to` bigint unsigned,
	`reactions` mediumtext character set utf8mb4 collate utf8mb4_bin,
	`pinned_at` datetime(3),
	`pinned_by` bigint unsigned,
	`created_at` datetime(3) NOT NULL,
	`edited_at` datetime(3),
	CONSTRAINT `messages_room_id_seq_pk` PRIMARY KEY(`room_id`,`seq`),
	CONSTRAINT `messages_client` UNIQUE(`room_id`,`sender_id`,`client_id`)
);
--> statement-breakpoint
CREATE TABLE `room_pins` (
	`room_id` bigint unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`pinned_at` datetime(3) NOT NULL,
	CONSTRAINT `room_pins_room_id_seq_pk` PRIMARY KEY(`room_id`,`seq`)
);
--> statement-breakpoint
CREATE TABLE `search_progress` (
	`room_id` bigint unsigned NOT NULL,
	`indexed_change` bigint unsigned NOT NULL,
	CONSTRAINT `search_progress_room_id` PRIMARY KEY(`room_id`)
);
--> statement-breakpoint
CREATE TABLE `user_blocks` (
	`workspace_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`blocked_id` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `user_blocks_user_id_blocked_id_pk` PRIMARY KEY(`user_id`,`blocked_id`)
);
--> statement-breakpoint
CREATE TABLE `user_friends` (
	`workspace_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`friend_id` bigint unsigned NOT NULL,
	`state` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `user_friends_user_id_friend_id_pk` PRIMARY KEY(`user_id`,`friend_id`)
);
--> statement-breakpoint
CREATE TABLE `room_heads` (
	`room_id` bigint unsigned NOT NULL,
	`last_seq` bigint unsigned NOT NULL,
	`last_change` bigint unsigned NOT NULL,
	`floor_seq` bigint unsigned NOT NULL,
	`epoch` bigint unsigned NOT NULL,
	CONSTRAINT `room_heads_room_id` PRIMARY KEY(`room_id`)
);
--> statement-breakpoint
CREATE TABLE `room_invites` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`room_id` bigint unsigned NOT NULL,
	`token` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`created_by` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`expires_at` datetime(3),
	`uses_max` int,
	`uses` int NOT NULL DEFAULT 0,
	CONSTRAINT `room_invites_id` PRIMARY KEY(`id`),
	CONSTRAINT `room_invites_token` UNIQUE(`token`)
);
--> statement-breakpoint
CREATE TABLE `room_members` (
	`room_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`role` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`read_seq` bigint unsigned NOT NULL,
	`notify` varchar(16) character set ascii collate ascii_bin NOT NULL DEFAULT 'all',
	`pinned_at` datetime(3),
	`joined_at` datetime(3) NOT NULL,
	CONSTRAINT `room_members_room_id_user_id_pk` PRIMARY KEY(`room_id`,`user_id`)
);
--> statement-breakpoint
CREATE TABLE `rooms` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`type` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`visibility` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(80) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`topic` varchar(250) NOT NULL DEFAULT '',
	`image_file_id` bigint unsigned,
	`member_count` int NOT NULL,
	`pair_key` varchar(41) character set ascii collate ascii_bin,
	`created_at` datetime(3) NOT NULL,
	`deleted_at` datetime(3),
	CONSTRAINT `rooms_id` PRIMARY KEY(`id`),
	CONSTRAINT `rooms_pair` UNIQUE(`pair_key`)
);
--> statement-breakpoint
ALTER TABLE `files` ADD CONSTRAINT `files_owner_id_users_id_fk` FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `refresh_tokens` ADD CONSTRAINT `refresh_tokens_session_id_sessions_id_fk` FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `sessions` ADD CONSTRAINT `sessions_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `user_blocks` ADD CONSTRAINT `user_blocks_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `user_blocks` ADD CONSTRAINT `user_blocks_blocked_id_users_id_fk` FOREIGN KEY (`blocked_id`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `user_friends` ADD CONSTRAINT `user_friends_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `user_friends` ADD CONSTRAINT `user_friends_friend_id_users_id_fk` FOREIGN KEY (`friend_id`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `room_invites` ADD CONSTRAINT `room_invites_room_id_rooms_id_fk` FOREIGN KEY (`room_id`) REFERENCES `rooms`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `room_invites` ADD CONSTRAINT `room_invites_created_by_users_id_fk` FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `room_members` ADD CONSTRAINT `room_members_room_id_rooms_id_fk` FOREIGN KEY (`room_id`) REFERENCES `rooms`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `room_members` ADD CONSTRAINT `room_members_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `files_message` ON `files` (`room_id`,`seq`);--> statement-breakpoint
CREATE INDEX `files_unattached` ON `files` (`scene`,`seq`,`created_at`);--> statement-breakpoint
CREATE INDEX `refresh_tokens_session` ON `refresh_tokens` (`session_id`);--> statement-breakpoint
CREATE INDEX `refresh_tokens_expiry` ON `refresh_tokens` (`expires_at`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`revoked_at`);--> statement-breakpoint
CREATE INDEX `users_display_name` ON `users` (`workspace_id`,`display_name`);--> statement-breakpoint
CREATE INDEX `message_mentions_message` ON `message_mentions` (`room_id`,`seq`);--> statement-breakpoint
CREATE INDEX `messages_change` ON `messages` (`room_id`,`change`);--> statement-breakpoint
CREATE INDEX `user_blocks_blocked` ON `user_blocks` (`blocked_id`);--> statement-breakpoint
CREATE INDEX `user_friends_friend` ON `user_friends` (`friend_id`);--> statement-breakpoint
CREATE INDEX `room_invites_room` ON `room_invites` (`room_id`);--> statement-breakpoint
CREATE INDEX `room_members_user` ON `room_members` (`user_id`);--> statement-breakpoint
CREATE INDEX `rooms_directory` ON `rooms` (`workspace_id`,`visibility`,`name`);--> statement-breakpoint
CREATE INDEX `rooms_deleted` ON `rooms` (`deleted_at`);