variable "name" {
  description = "Name of the host in the inventory."
  type        = string
}

variable "address" {
  description = "Public IPv4 address, which stays when the machine is replaced."
  type        = string

  validation {
    condition     = can(cidrhost("${var.address}/32", 0))
    error_message = "address must be an IPv4 address."
  }
}

variable "admin_user" {
  description = "User Ansible comes as, and goes on to manage."
  type        = string
}

variable "ssh_public_keys" {
  description = "Public keys of those who administer the machine."
  type        = list(string)
}

variable "domain" {
  description = "Name people type to reach Parley."
  type        = string
}

variable "data_device" {
  description = "Path of the data volume that stays the same over restarts."
  type        = string

  validation {
    condition     = startswith(var.data_device, "/dev/disk/by-id/")
    error_message = "data_device must be a path below /dev/disk/by-id: names such as /dev/vdb may change when the machine restarts."
  }
}

variable "managed_database" {
  description = "Whether MySQL is the cloud's, so that the host starts none."
  type        = bool
}

variable "settings" {
  description = "Lines of /etc/parley/parley.env that follow from where the machine is."
  type        = map(string)
  default     = {}
}
