data "aws_route53_zone" "this" {
  count = var.dns_zone == null ? 0 : 1

  name = var.dns_zone
}

resource "aws_route53_record" "this" {
  for_each = var.dns_zone == null ? {} : {
    A    = aws_eip.this.public_ip
    AAAA = aws_instance.this.ipv6_addresses[0]
  }

  zone_id = data.aws_route53_zone.this[0].zone_id
  name    = var.domain
  type    = each.key
  ttl     = 300
  records = [each.value]
}
