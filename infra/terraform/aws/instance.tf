data "aws_ami" "debian" {
  most_recent = true
  owners      = ["136693071363"] # Debian's own account

  filter {
    name   = "name"
    values = ["debian-12-amd64-*"]
  }

  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
}

locals {
  # AWS takes one key, and none of the kinds of hardware keys. All of them come by cloud-init.
  aws_keys = [for key in var.ssh_public_keys : key if can(regex("^ssh-(ed25519|rsa) ", key))]
}

resource "aws_key_pair" "this" {
  count = length(local.aws_keys) > 0 ? 1 : 0

  key_name   = module.plan.name
  public_key = local.aws_keys[0]
}

resource "aws_instance" "this" {
  ami                     = data.aws_ami.debian.id
  instance_type           = module.plan.instance_type
  key_name                = one(aws_key_pair.this[*].key_name)
  subnet_id               = aws_subnet.public.id
  vpc_security_group_ids  = [aws_security_group.host.id]
  ipv6_address_count      = 1
  user_data               = module.plan.cloud_init
  disable_api_termination = true

  # IMDSv2 only, and one hop: a container cannot ask for what belongs to the machine.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = 30
    encrypted   = true
  }

  tags = { Name = module.plan.name }

  lifecycle {
    # A newer image or another key is no reason to replace a machine that runs: the host updates itself, and
    # keys are Ansible's.
    ignore_changes = [ami, user_data, key_name]
  }
}
