resource "vultr_dns_record" "this" {
  for_each = var.dns_zone == null ? {} : {
    A    = vultr_reserved_ip.this.subnet
    AAAA = vultr_instance.this.v6_main_ip
  }

  domain = var.dns_zone
  name   = module.plan.dns_record_name
  type   = each.key
  data   = each.value
  ttl    = 300
}
