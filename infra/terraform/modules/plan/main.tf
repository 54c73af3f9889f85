# What both clouds share and no provider is needed for, so that it is tested without one.

locals {
  name = "parley-${var.environment}"

  # Who administers the host, and whom Ansible comes as: made by cloud-init, so that no image's own user is needed.
  admin_user = "parley"

  instance_types = {
    aws   = { small = "t3.medium", medium = "t3.xlarge", large = "m7i.2xlarge" }
    vultr = { small = "vc2-2c-4gb", medium = "vc2-4c-8gb", large = "vc2-6c-16gb" }
  }

  everyone = ["0.0.0.0/0", "::/0"]

  # The same ports the host's own firewall opens, see infra/ansible.
  services = [
    { name = "ssh", protocol = "tcp", from_port = 22, to_port = 22, sources = var.admin_cidrs },
    { name = "http", protocol = "tcp", from_port = 80, to_port = 80, sources = local.everyone },
    { name = "https", protocol = "tcp", from_port = 443, to_port = 443, sources = local.everyone },
    { name = "turn", protocol = "tcp", from_port = 3478, to_port = 3478, sources = local.everyone },
    { name = "turn", protocol = "udp", from_port = 3478, to_port = 3478, sources = local.everyone },
    { name = "turn-relay", protocol = "udp", from_port = 49160, to_port = 49959, sources = local.everyone },
    # Without it, connections over links with a smaller MTU hang; IPv6 does not work at all.
    { name = "icmp", protocol = "icmp", from_port = null, to_port = null, sources = local.everyone },
  ]

  firewall_rules = merge([
    for service in local.services : {
      for cidr in service.sources : "${service.name}-${service.protocol}-${cidr}" => {
        name      = service.name
        protocol  = service.protocol
        from_port = service.from_port
        to_port   = service.to_port
        cidr      = cidr
        ip_type   = strcontains(cidr, ":") ? "v6" : "v4"
      }
    }
  ]...)

  dns_record_name = var.dns_zone == null ? null : trimsuffix(trimsuffix(var.domain, var.dns_zone), ".")

  # Only what Ansible needs to get in; everything else is init.yml.
  cloud_init = {
    users = [{
      name                = local.admin_user
      groups              = ["sudo"]
      shell               = "/bin/bash"
      sudo                = "ALL=(ALL) NOPASSWD:ALL"
      lock_passwd         = true
      ssh_authorized_keys = var.ssh_public_keys
    }]
    disable_root   = true
    ssh_pwauth     = false
    package_update = true
    packages       = ["python3", "python3-apt", "sudo"]
  }
}
