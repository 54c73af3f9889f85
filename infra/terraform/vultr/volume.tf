# Everything Parley must not lose. It outlives the machine, and Terraform refuses to destroy it.
resource "vultr_block_storage" "data" {
  label                = "${module.plan.name}-data"
  region               = var.region
  size_gb              = var.volume_size_gb
  block_type           = "high_perf"
  attached_to_instance = vultr_instance.this.id
  live                 = true

  lifecycle {
    prevent_destroy = true
  }
}

locals {
  data_device = "/dev/disk/by-id/virtio-${vultr_block_storage.data.mount_id}"
}
