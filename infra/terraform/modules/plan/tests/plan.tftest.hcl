variables {
  cloud                   = "aws"
  environment             = "production"
  domain                  = "chat.example.com"
  dns_zone                = "example.com"
  size                    = "small"
  volume_size_gb          = 50
  ssh_public_keys         = ["ssh-ed25519 AAAAexampleexampleexample somebody@example.com"]
  admin_cidrs             = ["203.0.113.7/32", "2001:db8:1::/48"]
  allow_ssh_from_anywhere = false
}

run "names_and_sizes" {
  command = plan

  assert {
    condition     = output.name == "parley-production" && output.instance_type == "t3.medium"
    error_message = "a small production machine at AWS is parley-production, a t3.medium"
  }

  assert {
    condition     = output.dns_record_name == "chat"
    error_message = "the record of chat.example.com in example.com is chat"
  }

  assert {
    condition     = output.tags == { project = "parley", environment = "production", managed-by = "terraform" }
    error_message = "everything is tagged with project, environment and who made it"
  }
}

run "the_other_cloud" {
  command = plan

  variables {
    cloud = "vultr"
    size  = "large"
  }

  assert {
    condition     = output.instance_type == "vc2-6c-16gb"
    error_message = "each cloud has its own name for a size"
  }
}

run "ssh_only_from_admins" {
  command = plan

  assert {
    condition     = toset([for rule in output.firewall_rules : rule.cidr if rule.from_port == 22]) == toset(var.admin_cidrs)
    error_message = "port 22 is open to admin_cidrs and to nobody else"
  }
}

run "the_same_over_both_protocols" {
  command = plan

  assert {
    condition = (
      toset([for rule in output.firewall_rules : "${rule.protocol} ${rule.from_port}-${rule.to_port}" if rule.cidr == "0.0.0.0/0" && rule.from_port != null]) ==
      toset([for rule in output.firewall_rules : "${rule.protocol} ${rule.from_port}-${rule.to_port}" if rule.cidr == "::/0" && rule.from_port != null])
    )
    error_message = "what the world may reach over IPv4 it may reach over IPv6"
  }

  assert {
    condition     = alltrue([for rule in output.firewall_rules : rule.ip_type == (can(regex(":", rule.cidr)) ? "v6" : "v4")])
    error_message = "every rule knows its IP version"
  }

  assert {
    condition = toset([for rule in output.firewall_rules : "${rule.protocol} ${rule.from_port}" if rule.cidr == "0.0.0.0/0" && rule.from_port != null]) == toset([
      "tcp 80", "tcp 443", "tcp 3478", "udp 3478", "udp 49160",
    ])
    error_message = "the world reaches the gateway and the TURN server, and nothing else"
  }
}

run "cloud_init_lets_ansible_in_and_no_password" {
  command = plan

  assert {
    condition     = startswith(output.cloud_init, "#cloud-config\n")
    error_message = "cloud-init knows its own files by their first line"
  }

  assert {
    condition = (
      yamldecode(output.cloud_init).users[0].name == output.admin_user &&
      tolist(yamldecode(output.cloud_init).users[0].ssh_authorized_keys) == var.ssh_public_keys &&
      yamldecode(output.cloud_init).users[0].lock_passwd
    )
    error_message = "the administrators' keys open the account Ansible uses, and no password does"
  }

  assert {
    condition     = yamldecode(output.cloud_init).ssh_pwauth == false && yamldecode(output.cloud_init).disable_root
    error_message = "SSH takes neither a password nor root"
  }
}

run "a_zone_of_its_own" {
  command = plan

  variables {
    dns_zone = "chat.example.com"
  }

  assert {
    condition     = output.dns_record_name == ""
    error_message = "the record of the zone itself has no name"
  }
}

run "dns_kept_elsewhere" {
  command = plan

  variables {
    dns_zone = null
  }

  assert {
    condition     = output.dns_record_name == null
    error_message = "without a zone there is no record"
  }
}

run "refuses_ssh_from_anywhere" {
  command = plan

  variables {
    admin_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.admin_cidrs]
}

run "refuses_half_the_world" {
  command = plan

  variables {
    admin_cidrs = ["0.0.0.0/1", "128.0.0.0/1"]
  }

  expect_failures = [var.admin_cidrs]
}

run "refuses_ipv6_from_anywhere" {
  command = plan

  variables {
    admin_cidrs = ["203.0.113.7/32", "::/0"]
  }

  expect_failures = [var.admin_cidrs]
}

run "ssh_from_anywhere_when_said" {
  command = plan

  variables {
    admin_cidrs             = ["0.0.0.0/0"]
    allow_ssh_from_anywhere = true
  }

  assert {
    condition     = [for rule in output.firewall_rules : rule.cidr if rule.from_port == 22] == ["0.0.0.0/0"]
    error_message = "whoever asks for it gets it"
  }
}

run "refuses_an_address_that_is_none" {
  command = plan

  variables {
    admin_cidrs = ["203.0.113.7"]
  }

  expect_failures = [var.admin_cidrs]
}

run "refuses_no_keys" {
  command = plan

  variables {
    ssh_public_keys = []
  }

  expect_failures = [var.ssh_public_keys]
}

run "refuses_what_is_no_public_key" {
  command = plan

  variables {
    ssh_public_keys = ["-----BEGIN"]
  }

  expect_failures = [var.ssh_public_keys]
}

run "refuses_a_key_that_smuggles_a_line" {
  command = plan

  variables {
    ssh_public_keys = ["ssh-ed25519 AAAAexample a\nssh-ed25519 AAAAanother b"]
  }

  expect_failures = [var.ssh_public_keys]
}

run "refuses_a_url_for_a_domain" {
  command = plan

  variables {
    domain   = "https://chat.example.com"
    dns_zone = null
  }

  expect_failures = [var.domain]
}

run "refuses_a_zone_of_somebody_else" {
  command = plan

  variables {
    dns_zone = "ample.com"
  }

  expect_failures = [var.dns_zone]
}

run "refuses_an_unknown_size" {
  command = plan

  variables {
    size = "huge"
  }

  expect_failures = [var.size]
}

run "refuses_a_volume_too_small" {
  command = plan

  variables {
    volume_size_gb = 5
  }

  expect_failures = [var.volume_size_gb]
}

run "refuses_an_environment_no_name_can_hold" {
  command = plan

  variables {
    environment = "Production!"
  }

  expect_failures = [var.environment]
}
