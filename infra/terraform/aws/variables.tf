variable "region" {
  description = "AWS region, such as eu-central-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the code of an AWS region, such as eu-central-1."
  }
}

variable "environment" {
  description = "What this installation is for, such as production or staging. Part of every name and tag."
  type        = string
  default     = "production"
}

variable "domain" {
  description = "Name people type to reach Parley, such as chat.example.com."
  type        = string
}

variable "dns_zone" {
  description = "Existing zone at Route 53 in which the domain's records are made; null when DNS is kept elsewhere."
  type        = string
  default     = null
}

variable "size" {
  description = "How much machine: small (2 cores, 4 GB), medium (4 cores) or large (6 cores and more)."
  type        = string
  default     = "small"
}

variable "volume_size_gb" {
  description = "Size of the data volume: files, the database when it is not a managed one, and what is kept of logs. It can grow, never shrink."
  type        = number
  default     = 50
}

variable "ssh_public_keys" {
  description = "Public keys of those who administer the machine, one line each as in authorized_keys."
  type        = list(string)
}

variable "admin_cidrs" {
  description = "Networks from which SSH is allowed, such as 203.0.113.7/32."
  type        = list(string)
}

variable "allow_ssh_from_anywhere" {
  description = "Accept admin_cidrs as wide as 0.0.0.0/0."
  type        = bool
  default     = false
}

variable "managed_database" {
  description = "MySQL as a service of the cloud instead of a container on the machine."
  type        = bool
  default     = false
}

variable "database_class" {
  description = "RDS instance class of the managed database."
  type        = string
  default     = "db.t4g.medium"

  validation {
    condition     = can(regex("^db\\.[a-z0-9-]+\\.[a-z0-9]+$", var.database_class))
    error_message = "database_class must be an RDS instance class, such as db.t4g.medium."
  }
}

variable "database_standby" {
  description = "Keep a standby of the managed database in a second availability zone."
  type        = bool
  default     = true
}
