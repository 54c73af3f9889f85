data "vultr_os" "debian" {
  filter {
    name   = "name"
    values = ["Debian 12 x64 (bookworm)"]
  }
}

resource "vultr_ssh_key" "this" {
  for_each = toset(var.ssh_public_keys)

  name    = "${module.plan.name}-${substr(sha256(each.value), 0, 8)}"
  ssh_key = each.value
}

resource "vultr_instance" "this" {
  label             = module.plan.name
  hostname          = module.plan.name
  region            = var.region
  plan              = module.plan.instance_type
  os_id             = data.vultr_os.debian.id
  enable_ipv6       = true
  reserved_ip_id    = vultr_reserved_ip.this.id
  firewall_group_id = vultr_firewall_group.this.id
  vpc_ids           = [vultr_vpc.this.id]
  ssh_key_ids       = [for key in vultr_ssh_key.this : key.id]
  user_data         = module.plan.cloud_init
  activation_email  = false
  tags              = local.tags

  lifecycle {
    # A newer image or another key is no reason to replace a machine that runs: the host updates itself, and
    # keys are Ansible's.
    ignore_changes = [os_id, user_data, ssh_key_ids]
  }
}
