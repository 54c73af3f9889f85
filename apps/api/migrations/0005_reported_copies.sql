ALTER TABLE `reports` ADD `message` mediumtext character set utf8mb4 collate utf8mb4_bin;--> statement-breakpoint
ALTER TABLE `reports` ADD `note` varchar(500);--> statement-breakpoint
ALTER TABLE `reports` ADD `warning_read_at` datetime(3);