# What Ansible must know of the machine.
module "inventory" {
  source = "../modules/inventory"

  name             = module.plan.name
  address          = aws_eip.this.public_ip
  admin_user       = module.plan.admin_user
  ssh_public_keys  = var.ssh_public_keys
  domain           = var.domain
  data_device      = local.data_device
  managed_database = var.managed_database

  # The machine has only its private address; the TURN server must name the public one.
  settings = { PARLEY_TURN_EXTERNAL_IP = "${aws_eip.this.public_ip}/${aws_instance.this.private_ip}" }
}
