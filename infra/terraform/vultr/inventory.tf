# What Ansible must know of the machine.
module "inventory" {
  source = "../modules/inventory"

  name             = module.plan.name
  address          = vultr_reserved_ip.this.subnet
  admin_user       = module.plan.admin_user
  ssh_public_keys  = var.ssh_public_keys
  domain           = var.domain
  data_device      = local.data_device
  managed_database = var.managed_database
}
