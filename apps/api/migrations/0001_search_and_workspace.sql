ALTER TABLE `message_terms` ADD FULLTEXT INDEX `message_terms_terms` (`terms`);
--> statement-breakpoint
INSERT INTO `workspaces` (`id`, `slug`, `name`, `created_at`) VALUES (1, 'default', 'Parley', UTC_TIMESTAMP(3));
