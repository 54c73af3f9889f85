# Everything Parley must not lose. It outlives the machine, and Terraform refuses to destroy it.
resource "aws_ebs_volume" "data" {
  availability_zone = local.zones[0]
  size              = var.volume_size_gb
  type              = "gp3"
  encrypted         = true
  final_snapshot    = true

  tags = { Name = "${module.plan.name}-data" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_volume_attachment" "data" {
  device_name                    = "/dev/sdf"
  volume_id                      = aws_ebs_volume.data.id
  instance_id                    = aws_instance.this.id
  stop_instance_before_detaching = true
}

locals {
  # The kernel numbers NVMe disks as they come; this name is the volume's own.
  data_device = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${replace(aws_ebs_volume.data.id, "-", "")}"
}
