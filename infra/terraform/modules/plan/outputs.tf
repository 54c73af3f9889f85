output "name" {
  description = "Name of the installation; the beginning of the name of everything that belongs to it."
  value       = local.name
}

output "admin_user" {
  description = "User cloud-init makes and Ansible comes as."
  value       = local.admin_user
}

output "instance_type" {
  description = "What the cloud calls a machine of the wanted size."
  value       = local.instance_types[var.cloud][var.size]
}

output "firewall_rules" {
  description = "What may come in, by a key that stays the same when other rules come and go."
  value       = local.firewall_rules
}

output "dns_record_name" {
  description = "The domain without its zone: empty for the zone itself, null without a zone."
  value       = local.dns_record_name
}

output "cloud_init" {
  description = "User data of the machine."
  value       = "#cloud-config\n${yamlencode(local.cloud_init)}"
}

output "tags" {
  description = "Tags of everything that belongs to the installation."
  value       = { project = "parley", environment = var.environment, managed-by = "terraform" }
}
