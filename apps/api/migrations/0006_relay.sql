CREATE TABLE `relay_attempts` (
	`request_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`number` int NOT NULL,
	`channel_id` bigint unsigned NOT NULL,
	`channel_name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`status` int,
	`error_code` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`upstream_request_id` varchar(128),
	`duration_ms` int NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_attempts_request_id_number_pk` PRIMARY KEY(`request_id`,`number`)
);
--> statement-breakpoint
CREATE TABLE `relay_balances` (
	`owner` varchar(24) character set ascii collate ascii_bin NOT NULL,
	`quota_micros` bigint,
	`quota_day_micros` bigint,
	`quota_week_micros` bigint,
	`quota_month_micros` bigint,
	`used_micros` bigint NOT NULL DEFAULT 0,
	`reserved_micros` bigint NOT NULL DEFAULT 0,
	`day` int NOT NULL DEFAULT 0,
	`used_day_micros` bigint NOT NULL DEFAULT 0,
	`week` int NOT NULL DEFAULT 0,
	`used_week_micros` bigint NOT NULL DEFAULT 0,
	`month` int NOT NULL DEFAULT 0,
	`used_month_micros` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `relay_balances_owner` PRIMARY KEY(`owner`)
);
--> statement-breakpoint
CREATE TABLE `relay_channels` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`type` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`base_url` varchar(500) NOT NULL,
	`key_sealed` varchar(2000) NOT NULL,
	`models` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`model_mapping` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`priority` int NOT NULL DEFAULT 0,
	`weight` int NOT NULL DEFAULT 1,
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL DEFAULT 'enabled',
	`timeouts` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`rpm` int,
	`tpm` bigint,
	`concurrency` int,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_channels_id` PRIMARY KEY(`id`),
	CONSTRAINT `relay_channels_name` UNIQUE(`workspace_id`,`name`)
);
--> statement-breakpoint
CREATE TABLE `relay_groups` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL DEFAULT 'enabled',
	`self_service` boolean NOT NULL DEFAULT false,
	`models` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`rpm` int,
	`tpm` bigint,
	`concurrency` int,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_groups_id` PRIMARY KEY(`id`),
	CONSTRAINT `relay_groups_name` UNIQUE(`workspace_id`,`name`)
);
--> statement-breakpoint
CREATE TABLE `relay_guardrails` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`group_id` bigint unsigned,
	`name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`kind` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`matches` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`action` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`direction` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL DEFAULT 'enabled',
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_guardrails_id` PRIMARY KEY(`id`),
	CONSTRAINT `relay_guardrails_name` UNIQUE(`workspace_id`,`name`)
);
--> statement-breakpoint
CREATE TABLE `relay_leases` (
	`node` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`seen_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_leases_node` PRIMARY KEY(`node`)
);
--> statement-breakpoint
CREATE TABLE `relay_logs` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`request_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`group_id` bigint unsigned NOT NULL,
	`token_id` bigint unsigned NOT NULL,
	`group_name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`token_name` varchar(32) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`channel_id` bigint unsigned,
	`channel_name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`endpoint` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`model` varchar(128) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`upstream_model` varchar(128) character set utf8mb4 collate utf8mb4_unicode_520_ci,
	`is_stream` boolean NOT NULL,
	`status` int NOT NULL,
	`error_code` varchar(64) character set ascii collate ascii_bin,
	`error_message` varchar(500),
	`upstream_request_id` varchar(128),
	`is_cached` boolean NOT NULL DEFAULT false,
	`address` varchar(45) character set ascii collate ascii_bin NOT NULL,
	`input_tokens` bigint NOT NULL DEFAULT 0,
	`cached_tokens` bigint NOT NULL DEFAULT 0,
	`cache_creation_tokens` bigint NOT NULL DEFAULT 0,
	`audio_input_tokens` bigint NOT NULL DEFAULT 0,
	`image_input_tokens` bigint NOT NULL DEFAULT 0,
	`output_tokens` bigint NOT NULL DEFAULT 0,
	`thinking_tokens` bigint NOT NULL DEFAULT 0,
	`audio_output_tokens` bigint NOT NULL DEFAULT 0,
	`image_output_tokens` bigint NOT NULL DEFAULT 0,
	`images` bigint NOT NULL DEFAULT 0,
	`searches` bigint NOT NULL DEFAULT 0,
	`service_tier` varchar(32) character set ascii collate ascii_bin,
	`cost_micros` bigint NOT NULL DEFAULT 0,
	`price_id` bigint unsigned,
	`first_token_ms` int,
	`duration_ms` int NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_logs_id` PRIMARY KEY(`id`),
	CONSTRAINT `relay_logs_request` UNIQUE(`request_id`)
);
--> statement-breakpoint
CREATE TABLE `relay_models` (
	`workspace_id` bigint unsigned NOT NULL,
	`model` varchar(128) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`output_tokens_max` int,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_models_workspace_id_model_pk` PRIMARY KEY(`workspace_id`,`model`)
);
--> statement-breakpoint
CREATE TABLE `relay_prices` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`model` varchar(128) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`valid_from` datetime(3) NOT NULL,
	`price` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_prices_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `relay_prompt_logs` (
	`request_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`request` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`answer` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_prompt_logs_request_id` PRIMARY KEY(`request_id`)
);
--> statement-breakpoint
CREATE TABLE `relay_reservations` (
	`request_id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`node` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`group_id` bigint unsigned NOT NULL,
	`token_id` bigint unsigned NOT NULL,
	`group_name` varchar(64) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`token_name` varchar(32) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`model` varchar(128) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`endpoint` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`input_tokens` int NOT NULL,
	`amount_micros` bigint NOT NULL,
	`input_micros` bigint NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_reservations_request_id` PRIMARY KEY(`request_id`)
);
--> statement-breakpoint
CREATE TABLE `relay_responses` (
	`response_id` varchar(128) character set ascii collate ascii_bin NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`group_id` bigint unsigned NOT NULL,
	`token_id` bigint unsigned NOT NULL,
	`channel_id` bigint unsigned NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_responses_group_id_response_id_pk` PRIMARY KEY(`group_id`,`response_id`)
);
--> statement-breakpoint
CREATE TABLE `relay_settings` (
	`workspace_id` bigint unsigned NOT NULL,
	`output_tokens_default` int NOT NULL DEFAULT 4096,
	`prompt_log_days` int NOT NULL DEFAULT 0,
	`alert_webhook_url` varchar(500),
	`alert_webhook_secret_sealed` varchar(500),
	`alert_emails` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `relay_settings_workspace_id` PRIMARY KEY(`workspace_id`)
);
--> statement-breakpoint
CREATE TABLE `relay_tokens` (
	`id` bigint unsigned AUTO_INCREMENT NOT NULL,
	`workspace_id` bigint unsigned NOT NULL,
	`group_id` bigint unsigned NOT NULL,
	`owner_id` bigint unsigned,
	`name` varchar(32) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`key_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`key_shown` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`previous_key_hash` varchar(64) character set ascii collate ascii_bin,
	`previous_key_until` datetime(3),
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL DEFAULT 'enabled',
	`expires_at` datetime(3),
	`models` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`subnets` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`rpm` int,
	`tpm` bigint,
	`concurrency` int,
	`options` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `relay_tokens_id` PRIMARY KEY(`id`),
	CONSTRAINT `relay_tokens_name` UNIQUE(`group_id`,`name`),
	CONSTRAINT `relay_tokens_key` UNIQUE(`key_hash`)
);
--> statement-breakpoint
CREATE TABLE `relay_usage_hours` (
	`workspace_id` bigint unsigned NOT NULL,
	`hour` datetime NOT NULL,
	`group_id` bigint unsigned NOT NULL,
	`token_id` bigint unsigned NOT NULL,
	`model` varchar(128) character set utf8mb4 collate utf8mb4_unicode_520_ci NOT NULL,
	`channel_id` bigint unsigned NOT NULL,
	`requests` bigint NOT NULL DEFAULT 0,
	`errors` bigint NOT NULL DEFAULT 0,
	`input_tokens` bigint NOT NULL DEFAULT 0,
	`output_tokens` bigint NOT NULL DEFAULT 0,
	`cached_tokens` bigint NOT NULL DEFAULT 0,
	`cost_micros` bigint NOT NULL DEFAULT 0,
	`first_token_ms_sum` bigint NOT NULL DEFAULT 0,
	`first_tokens` bigint NOT NULL DEFAULT 0,
	`duration_ms_sum` bigint NOT NULL DEFAULT 0,
	CONSTRAINT `relay_usage_hours_workspace_id_hour_token_id_model_channel_id_pk` PRIMARY KEY(`workspace_id`,`hour`,`token_id`,`model`,`channel_id`)
);
--> statement-breakpoint
ALTER TABLE `relay_channels` ADD CONSTRAINT `relay_channels_workspace_id_workspaces_id_fk` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `relay_groups` ADD CONSTRAINT `relay_groups_workspace_id_workspaces_id_fk` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `relay_guardrails` ADD CONSTRAINT `relay_guardrails_workspace_id_workspaces_id_fk` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `relay_guardrails` ADD CONSTRAINT `relay_guardrails_group_id_relay_groups_id_fk` FOREIGN KEY (`group_id`) REFERENCES `relay_groups`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `relay_models` ADD CONSTRAINT `relay_models_workspace_id_workspaces_id_fk` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `relay_prices` ADD CONSTRAINT `relay_prices_workspace_id_workspaces_id_fk` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `relay_settings` ADD CONSTRAINT `relay_settings_workspace_id_workspaces_id_fk` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `relay_tokens` ADD CONSTRAINT `relay_tokens_workspace_id_workspaces_id_fk` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `relay_tokens` ADD CONSTRAINT `relay_tokens_group_id_relay_groups_id_fk` FOREIGN KEY (`group_id`) REFERENCES `relay_groups`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE `relay_tokens` ADD CONSTRAINT `relay_tokens_owner_id_users_id_fk` FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX `relay_logs_workspace` ON `relay_logs` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `relay_logs_group` ON `relay_logs` (`group_id`,`id`);--> statement-breakpoint
CREATE INDEX `relay_logs_token` ON `relay_logs` (`token_id`,`id`);--> statement-breakpoint
CREATE INDEX `relay_prices_model` ON `relay_prices` (`workspace_id`,`model`,`valid_from`);--> statement-breakpoint
CREATE INDEX `relay_prompt_logs_expiry` ON `relay_prompt_logs` (`expires_at`);--> statement-breakpoint
CREATE INDEX `relay_reservations_node` ON `relay_reservations` (`node`);--> statement-breakpoint
CREATE INDEX `relay_responses_expiry` ON `relay_responses` (`expires_at`);--> statement-breakpoint
CREATE INDEX `relay_tokens_previous_key` ON `relay_tokens` (`previous_key_hash`);--> statement-breakpoint
CREATE INDEX `relay_tokens_workspace` ON `relay_tokens` (`workspace_id`,`id`);--> statement-breakpoint
CREATE INDEX `relay_usage_hours_group` ON `relay_usage_hours` (`group_id`,`hour`);