variables {
  name             = "parley-production"
  address          = "203.0.113.10"
  admin_user       = "parley"
  ssh_public_keys  = ["ssh-ed25519 AAAAexampleexampleexample somebody@example.com"]
  domain           = "chat.example.com"
  data_device      = "/dev/disk/by-id/virtio-example"
  managed_database = false
  settings         = { PARLEY_TURN_EXTERNAL_IP = "203.0.113.10/10.90.0.7" }
}

run "one_host" {
  command = plan

  assert {
    condition     = join(" ", keys(yamldecode(output.inventory).parley.hosts)) == "parley-production"
    error_message = "the inventory has the one host, in the group the playbooks run on"
  }

  assert {
    condition = (
      yamldecode(output.inventory).parley.hosts["parley-production"].ansible_host == "203.0.113.10" &&
      yamldecode(output.inventory).parley.hosts["parley-production"].parley_data_device == "/dev/disk/by-id/virtio-example" &&
      yamldecode(output.inventory).parley.hosts["parley-production"].parley_settings.PARLEY_TURN_EXTERNAL_IP == "203.0.113.10/10.90.0.7"
    )
    error_message = "the inventory says where the host is and what follows from it"
  }
}

run "refuses_a_device_that_may_change" {
  command = plan

  variables {
    data_device = "/dev/vdb"
  }

  expect_failures = [var.data_device]
}

run "refuses_what_is_no_address" {
  command = plan

  variables {
    address = "chat.example.com"
  }

  expect_failures = [var.address]
}
