resource "aws_subnet" "database" {
  for_each = var.managed_database ? { for index, zone in local.zones : zone => index } : {}

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(local.vpc_cidr, 8, 10 + each.value)

  tags = { Name = "${module.plan.name}-database-${each.key}" }
}

resource "aws_db_subnet_group" "this" {
  count = var.managed_database ? 1 : 0

  name       = module.plan.name
  subnet_ids = [for subnet in aws_subnet.database : subnet.id]
}

resource "aws_security_group" "database" {
  count = var.managed_database ? 1 : 0

  name        = "${module.plan.name}-database"
  description = "MySQL, from the machine alone"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${module.plan.name}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  count = var.managed_database ? 1 : 0

  security_group_id            = aws_security_group.database[0].id
  description                  = "MySQL"
  referenced_security_group_id = aws_security_group.host.id
  ip_protocol                  = "tcp"
  from_port                    = 3306
  to_port                      = 3306
}

resource "aws_db_parameter_group" "this" {
  count = var.managed_database ? 1 : 0

  name   = "${module.plan.name}-mysql84"
  family = "mysql8.4"

  parameter {
    name  = "require_secure_transport"
    value = "1"
  }

  # An acknowledged message is on disk.
  parameter {
    name  = "innodb_flush_log_at_trx_commit"
    value = "1"
  }

  parameter {
    name  = "sync_binlog"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "random_password" "database" {
  count = var.managed_database ? 1 : 0

  length = 40
  # It becomes part of a URL.
  special = false
}

resource "aws_db_instance" "this" {
  count = var.managed_database ? 1 : 0

  identifier     = module.plan.name
  engine         = "mysql"
  engine_version = "8.4"
  instance_class = var.database_class

  allocated_storage     = 20
  max_allocated_storage = 500
  storage_type          = "gp3"
  storage_encrypted     = true

  db_name                = "parley"
  username               = "parley"
  password               = random_password.database[0].result
  parameter_group_name   = aws_db_parameter_group.this[0].name
  db_subnet_group_name   = aws_db_subnet_group.this[0].name
  vpc_security_group_ids = [aws_security_group.database[0].id]
  publicly_accessible    = false
  multi_az               = var.database_standby

  backup_retention_period   = 14
  backup_window             = "02:00-03:00"
  maintenance_window        = "sun:03:30-sun:04:30"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = false
  skip_final_snapshot       = false
  final_snapshot_identifier = "${module.plan.name}-final"
  deletion_protection       = true

  enabled_cloudwatch_logs_exports = ["error", "slowquery"]

  lifecycle {
    prevent_destroy = true
  }
}
