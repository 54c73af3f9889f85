output "address" {
  description = "Public IPv4 address, which stays when the machine is replaced."
  value       = aws_eip.this.public_ip
}

output "address_v6" {
  description = "Public IPv6 address."
  value       = aws_instance.this.ipv6_addresses[0]
}

output "inventory" {
  description = "Inventory for Ansible, as YAML."
  value       = module.inventory.inventory
}

output "database_url" {
  description = "What belongs into /etc/parley/secrets/database-url when the database is a managed one; null otherwise."
  # mysql2 knows the certificate authorities of RDS by this name, and checks against them.
  value     = var.managed_database ? "mysql://parley:${random_password.database[0].result}@${aws_db_instance.this[0].endpoint}/parley?ssl=Amazon%20RDS" : null
  sensitive = true
}
