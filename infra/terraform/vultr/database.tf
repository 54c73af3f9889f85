resource "vultr_database" "this" {
  count = var.managed_database ? 1 : 0

  label                   = module.plan.name
  tag                     = module.plan.name
  region                  = var.region
  plan                    = var.database_plan
  database_engine         = "mysql"
  database_engine_version = var.database_version
  vpc_id                  = vultr_vpc.this.id
  trusted_ips             = ["${vultr_instance.this.internal_ip}/32"]
  cluster_time_zone       = "UTC"
  maintenance_dow         = "sunday"
  maintenance_time        = "03:00"
  mysql_slow_query_log    = true
  mysql_long_query_time   = 2

  lifecycle {
    prevent_destroy = true
  }
}

resource "vultr_database_db" "this" {
  count = var.managed_database ? 1 : 0

  database_id = vultr_database.this[0].id
  name        = "parley"

  lifecycle {
    prevent_destroy = true
  }
}
