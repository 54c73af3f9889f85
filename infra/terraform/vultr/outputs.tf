output "address" {
  description = "Public IPv4 address, which stays when the machine is replaced."
  value       = vultr_reserved_ip.this.subnet
}

output "address_v6" {
  description = "Public IPv6 address."
  value       = vultr_instance.this.v6_main_ip
}

output "inventory" {
  description = "Inventory for Ansible, as YAML."
  value       = module.inventory.inventory
}

output "database_url" {
  description = "What belongs into /etc/parley/secrets/database-url when the database is a managed one; null otherwise."
  # Inside the VPC, encrypted, and checked against the account's own certificate authority.
  value     = var.managed_database ? "mysql://${urlencode(vultr_database.this[0].user)}:${urlencode(vultr_database.this[0].password)}@${vultr_database.this[0].host}:${vultr_database.this[0].port}/${vultr_database_db.this[0].name}?ssl=${urlencode(jsonencode({ ca = vultr_database.this[0].ca_certificate }))}" : null
  sensitive = true
}
