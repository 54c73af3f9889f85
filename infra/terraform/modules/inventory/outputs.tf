output "inventory" {
  description = "Inventory of one host for Ansible, as YAML."
  value = yamlencode({
    parley = {
      hosts = {
        (var.name) = {
          ansible_host      = var.address
          ansible_user      = var.admin_user
          parley_admin_user = var.admin_user
          parley_admin_keys = var.ssh_public_keys
          # Nobody needs it: the administrator's account is there from the first start.
          parley_root_login       = "no"
          parley_domain           = var.domain
          parley_data_device      = var.data_device
          parley_database_managed = var.managed_database
          parley_settings         = var.settings
        }
      }
    }
  })
}
