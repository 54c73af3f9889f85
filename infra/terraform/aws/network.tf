data "aws_availability_zones" "available" {
  state = "available"
}

locals {
  # Not 10.89.0.0/24, which is the containers' own network on the host.
  vpc_cidr = "10.90.0.0/16"

  # A managed database wants subnets in two zones; the machine lives in the first.
  zones = slice(data.aws_availability_zones.available.names, 0, 2)
}

resource "aws_vpc" "this" {
  cidr_block                       = local.vpc_cidr
  assign_generated_ipv6_cidr_block = true
  enable_dns_hostnames             = true

  tags = { Name = module.plan.name }
}

# Without rules: whatever forgets to name a security group is closed.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${module.plan.name}-default" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = module.plan.name }
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.this.id
  availability_zone = local.zones[0]
  cidr_block        = cidrsubnet(local.vpc_cidr, 8, 0)
  ipv6_cidr_block   = cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, 0)

  tags = { Name = "${module.plan.name}-public" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }

  route {
    ipv6_cidr_block = "::/0"
    gateway_id      = aws_internet_gateway.this.id
  }

  tags = { Name = "${module.plan.name}-public" }
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_security_group" "host" {
  name        = "${module.plan.name}-host"
  description = "What reaches the machine"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${module.plan.name}-host" }
}

resource "aws_vpc_security_group_ingress_rule" "host" {
  for_each = module.plan.firewall_rules

  security_group_id = aws_security_group.host.id
  description       = each.value.name
  cidr_ipv4         = each.value.ip_type == "v4" ? each.value.cidr : null
  cidr_ipv6         = each.value.ip_type == "v6" ? each.value.cidr : null
  # AWS keeps the two ICMPs apart, and -1 is every type of them.
  ip_protocol = each.value.protocol == "icmp" && each.value.ip_type == "v6" ? "icmpv6" : each.value.protocol
  from_port   = each.value.protocol == "icmp" ? -1 : each.value.from_port
  to_port     = each.value.protocol == "icmp" ? -1 : each.value.to_port
}

resource "aws_vpc_security_group_egress_rule" "host" {
  for_each = { v4 = "0.0.0.0/0", v6 = "::/0" }

  security_group_id = aws_security_group.host.id
  description       = "Updates, images, model providers, mail"
  cidr_ipv4         = each.key == "v4" ? each.value : null
  cidr_ipv6         = each.key == "v6" ? each.value : null
  ip_protocol       = "-1"
}

# The address stays when the machine is replaced, so DNS does too.
resource "aws_eip" "this" {
  domain = "vpc"

  tags = { Name = module.plan.name }
}

resource "aws_eip_association" "this" {
  allocation_id = aws_eip.this.id
  instance_id   = aws_instance.this.id

  # AWS refuses a public address in a network that has no way out yet.
  depends_on = [aws_internet_gateway.this]
}
