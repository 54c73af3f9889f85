CREATE TABLE `audit_log` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`actor_id` bigint unsigned,
	`action` varchar(48) character set ascii collate ascii_bin NOT NULL,
	`target_kind` varchar(24) character set ascii collate ascii_bin NOT NULL,
	`target_id` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`address` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`request_id` varchar(64) NOT NULL,
	`before_values` mediumtext character set utf8mb4 collate utf8mb4_bin,
	`after_values` mediumtext character set utf8mb4 collate utf8mb4_bin,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `audit_log_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `replica_clock` (
	`id` int NOT NULL,
	`position` bigint unsigned NOT NULL,
	CONSTRAINT `replica_clock_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `resource_shares` (
	`resource` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`resource_id` bigint unsigned NOT NULL,
	`user_id` bigint unsigned NOT NULL,
	`action` varchar(8) character set ascii collate ascii_bin NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`granted_by` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `resource_shares_resource_resource_id_user_id_action_pk` PRIMARY KEY(`resource`,`resource_id`,`user_id`,`action`)
);
--> statement-breakpoint
CREATE TABLE `roles` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`name` varchar(40) NOT NULL,
	`parent` varchar(20) character set ascii collate ascii_bin,
	`permissions` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `roles_id` PRIMARY KEY(`id`),
	CONSTRAINT `roles_name` UNIQUE(`workspace_id`,`name`)
);
--> statement-breakpoint
CREATE TABLE `tenant_grants` (
	`workspace_id` bigint unsigned NOT NULL,
	`permission` varchar(40) character set ascii collate ascii_bin NOT NULL,
	`granted_by` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `tenant_grants_workspace_id_permission_pk` PRIMARY KEY(`workspace_id`,`permission`)
);
--> statement-breakpoint
CREATE TABLE `user_grants` (
	`user_id` bigint unsigned NOT NULL,
	`permission` varchar(40) character set ascii collate ascii_bin NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`granted_by` bigint unsigned NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`expires_at` datetime(3),
	CONSTRAINT `user_grants_user_id_permission_pk` PRIMARY KEY(`user_id`,`permission`)
);
--> statement-breakpoint
CREATE TABLE `accounts` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`email` varchar(254) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`username` varchar(32) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`password_hash` varchar(160) character set ascii collate ascii_bin NOT NULL,
	`super_admin` boolean NOT NULL DEFAULT false,
	`email_verified_at` datetime(3),
	`totp_secret` varchar(200) character set ascii collate ascii_bin,
	`totp_enabled_at` datetime(3),
	`totp_step` bigint unsigned,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `accounts_id` PRIMARY KEY(`id`),
	CONSTRAINT `accounts_email` UNIQUE(`email`),
	CONSTRAINT `accounts_username` UNIQUE(`username`)
);
--> statement-breakpoint
CREATE TABLE `email_tokens` (
	`token_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`account_id` bigint unsigned NOT NULL,
	`purpose` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`email` varchar(254) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`used_at` datetime(3),
	CONSTRAINT `email_tokens_token_hash` PRIMARY KEY(`token_hash`)
);
--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`account_id` bigint unsigned NOT NULL,
	`code_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`used_at` datetime(3),
	CONSTRAINT `recovery_codes_account_id_code_hash_pk` PRIMARY KEY(`account_id`,`code_hash`)
);
--> statement-breakpoint
CREATE TABLE `reports` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`reporter_id` bigint unsigned NOT NULL,
	`subject_id` bigint unsigned NOT NULL,
	`room_id` bigint unsigned,
	`seq` bigint unsigned,
	`reason` varchar(1000) NOT NULL,
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL DEFAULT 'open',
	`action` varchar(16) character set ascii collate ascii_bin,
	`resolved_by` bigint unsigned,
	`created_at` datetime(3) NOT NULL,
	`resolved_at` datetime(3),
	CONSTRAINT `reports_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `workspace_invites` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`token_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`email` varchar(254) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`role` varchar(20) character set ascii collate ascii_bin NOT NULL,
	`created_by` bigint unsigned NOT NULL,
	`uses_max` int,
	`uses` int NOT NULL DEFAULT 0,
	`created_at` datetime(3) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`revoked_at` datetime(3),
	CONSTRAINT `workspace_invites_id` PRIMARY KEY(`id`),
	CONSTRAINT `workspace_invites_token` UNIQUE(`token_hash`)
);
--> statement-breakpoint
ALTER TABLE `users` DROP INDEX `users_email`;--> statement-breakpoint
ALTER TABLE `users` DROP INDEX `users_username`;--> statement-breakpoint
ALTER TABLE `users` ADD `account_id` bigint unsigned;--> statement-breakpoint
ALTER TABLE `users` ADD `role` varchar(20) character set ascii collate ascii_bin DEFAULT 'member' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `muted_until` datetime(3);--> statement-breakpoint
ALTER TABLE `workspaces` ADD `status` varchar(16) character set ascii collate ascii_bin DEFAULT 'active' NOT NULL;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `members_max` int;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `storage_bytes_max` bigint unsigned;--> statement-breakpoint
INSERT INTO `accounts` (`id`, `email`, `username`, `password_hash`, `created_at`) SELECT `id`, `email`, `username`, `password_hash`, `created_at` FROM `users`;--> statement-breakpoint
UPDATE `users` SET `account_id` = `id`;--> statement-breakpoint
ALTER TABLE `users` MODIFY `account_id` bigint unsigned NOT NULL;--> statement-breakpoint
UPDATE `accounts` SET `super_admin` = true ORDER BY `id` LIMIT 1;--> statement-breakpoint
UPDATE `users` SET `role` = 'admin' ORDER BY `id` LIMIT 1;--> statement-breakpoint
INSERT INTO `replica_clock` (`id`, `position`) VALUES (1, 0);--> statement-breakpoint
ALTER TABLE `users` ADD CONSTRAINT `users_account` UNIQUE(`account_id`,`workspace_id`);--> statement-breakpoint
ALTER TABLE `users` ADD CONSTRAINT `users_workspace_email` UNIQUE(`workspace_id`,`email`);--> statement-breakpoint
ALTER TABLE `users` ADD CONSTRAINT `users_workspace_username` UNIQUE(`workspace_id`,`username`);--> statement-breakpoint
ALTER TABLE `workspaces` ADD CONSTRAINT `workspaces_slug` UNIQUE(`slug`);--> statement-breakpoint
ALTER TABLE `resource_shares` ADD CONSTRAINT `resource_shares_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `user_grants` ADD CONSTRAINT `user_grants_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `email_tokens` ADD CONSTRAINT `email_tokens_account_id_accounts_id_fk` FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `recovery_codes` ADD CONSTRAINT `recovery_codes_account_id_accounts_id_fk` FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `workspace_invites` ADD CONSTRAINT `workspace_invites_workspace_id_workspaces_id_fk` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `audit_log_workspace` ON `audit_log` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_action` ON `audit_log` (`workspace_id`,`action`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_actor` ON `audit_log` (`workspace_id`,`actor_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_target` ON `audit_log` (`workspace_id`,`target_kind`,`target_id`,`id`);--> statement-breakpoint
CREATE INDEX `resource_shares_user` ON `resource_shares` (`user_id`);--> statement-breakpoint
CREATE INDEX `user_grants_workspace` ON `user_grants` (`workspace_id`);--> statement-breakpoint
CREATE INDEX `email_tokens_account` ON `email_tokens` (`account_id`,`purpose`);--> statement-breakpoint
CREATE INDEX `email_tokens_expiry` ON `email_tokens` (`expires_at`);--> statement-breakpoint
CREATE INDEX `reports_status` ON `reports` (`workspace_id`,`status`,`id`);--> statement-breakpoint
CREATE INDEX `reports_subject` ON `reports` (`subject_id`);--> statement-breakpoint
CREATE INDEX `workspace_invites_workspace` ON `workspace_invites` (`workspace_id`,`id`);--> statement-breakpoint
ALTER TABLE `users` ADD CONSTRAINT `users_workspace_id_workspaces_id_fk` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `users` ADD CONSTRAINT `users_account_id_accounts_id_fk` FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `users_username` ON `users` (`username`);