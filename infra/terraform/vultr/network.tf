locals {
  # Vultr's tags are words.
  tags = [for key, value in module.plan.tags : "${key}:${value}"]
}

resource "vultr_vpc" "this" {
  description = module.plan.name
  region      = var.region
  # Not 10.89.0.0/24, which is the containers' own network on the host.
  v4_subnet      = "10.90.0.0"
  v4_subnet_mask = 24
}

resource "vultr_firewall_group" "this" {
  description = module.plan.name
}

resource "vultr_firewall_rule" "this" {
  for_each = module.plan.firewall_rules

  firewall_group_id = vultr_firewall_group.this.id
  notes             = each.value.name
  protocol          = each.value.protocol
  ip_type           = each.value.ip_type
  subnet            = split("/", each.value.cidr)[0]
  subnet_size       = tonumber(split("/", each.value.cidr)[1])
  port = (
    each.value.protocol == "icmp" ? "" :
    each.value.from_port == each.value.to_port ? tostring(each.value.from_port) :
    "${each.value.from_port}:${each.value.to_port}"
  )
}

# The address stays when the machine is replaced, so DNS does too.
resource "vultr_reserved_ip" "this" {
  label   = module.plan.name
  region  = var.region
  ip_type = "v4"

  lifecycle {
    # The machine takes it by reserved_ip_id; the two would undo each other.
    ignore_changes = [instance_id]
  }
}
