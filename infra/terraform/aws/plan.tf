# Names, sizes and rules that need no provider, and their tests, are in modules/plan.
module "plan" {
  source = "../modules/plan"

  cloud                   = "aws"
  environment             = var.environment
  domain                  = var.domain
  dns_zone                = var.dns_zone
  size                    = var.size
  volume_size_gb          = var.volume_size_gb
  ssh_public_keys         = var.ssh_public_keys
  admin_cidrs             = var.admin_cidrs
  allow_ssh_from_anywhere = var.allow_ssh_from_anywhere
}
