variable "region" {
  description = "Vultr region, such as fra. Block storage of the fast kind must be offered there."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{3}$", var.region))
    error_message = "region must be the three letters of a Vultr region, such as fra."
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
  description = "Existing zone at Vultr DNS in which the domain's records are made; null when DNS is kept elsewhere."
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

variable "database_plan" {
  description = "Plan of the managed database; the larger ones bring standby nodes."
  type        = string
  default     = "vultr-dbaas-startup-cc-1-55-2"

  validation {
    condition     = startswith(var.database_plan, "vultr-dbaas-")
    error_message = "database_plan must be one of Vultr's plans for managed databases, such as vultr-dbaas-startup-cc-1-55-2."
  }
}

variable "database_version" {
  description = "MySQL of the managed database, as Vultr names it. Parley wants MySQL 8.4 or newer."
  type        = string
  default     = "8.4"

  validation {
    condition     = can(regex("^[0-9]+(\\.[0-9]+)?$", var.database_version))
    error_message = "database_version must be a version as Vultr lists it, such as 8.4."
  }
}
