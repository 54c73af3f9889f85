variable "cloud" {
  description = "Which cloud the machine is in: its sizes have other names in each."
  type        = string

  validation {
    condition     = contains(keys(local.instance_types), var.cloud)
    error_message = "cloud must be one of: ${join(", ", keys(local.instance_types))}."
  }
}

variable "environment" {
  description = "What this installation is for, such as production or staging. Part of every name and tag."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.environment)) && length(var.environment) <= 16
    error_message = "environment must be at most 16 lower-case letters, digits and single hyphens, and begin with a letter."
  }
}

variable "domain" {
  description = "Name people type to reach Parley, such as chat.example.com."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$", var.domain)) && length(var.domain) <= 253
    error_message = "domain must be a host name in lower case with at least one dot, without a scheme, a port or a final dot."
  }
}

variable "dns_zone" {
  description = "Zone at this cloud's DNS in which the domain's records are made; null when DNS is kept elsewhere."
  type        = string

  validation {
    condition     = var.dns_zone == null ? true : var.domain == var.dns_zone || endswith(var.domain, ".${var.dns_zone}")
    error_message = "dns_zone must be the domain itself or a parent of it, such as example.com for chat.example.com."
  }
}

variable "size" {
  description = "How much machine: small (2 cores, 4 GB), medium (4 cores) or large (6 cores and more)."
  type        = string

  validation {
    condition     = contains(["small", "medium", "large"], var.size)
    error_message = "size must be small, medium or large."
  }
}

variable "volume_size_gb" {
  description = "Size of the data volume: files, the database when it is not a managed one, and what is kept of logs."
  type        = number

  validation {
    condition     = var.volume_size_gb >= 20 && var.volume_size_gb <= 10000 && floor(var.volume_size_gb) == var.volume_size_gb
    error_message = "volume_size_gb must be a whole number from 20 to 10000."
  }
}

variable "ssh_public_keys" {
  description = "Public keys of those who administer the machine, one line each as in authorized_keys."
  type        = list(string)

  validation {
    condition     = length(var.ssh_public_keys) > 0
    error_message = "ssh_public_keys must name at least one key, or nobody could get in."
  }

  validation {
    condition     = alltrue([for key in var.ssh_public_keys : can(regex("^(sk-)?(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521))(@openssh\\.com)? [A-Za-z0-9+/]+={0,3}( [^\\n]*)?$", key))])
    error_message = "ssh_public_keys must be public keys, each on one line, such as the content of id_ed25519.pub. Never a private key."
  }
}

variable "admin_cidrs" {
  description = "Networks from which SSH is allowed, such as 203.0.113.7/32."
  type        = list(string)

  validation {
    condition     = length(var.admin_cidrs) > 0 && alltrue([for cidr in var.admin_cidrs : can(cidrhost(cidr, 0))])
    error_message = "admin_cidrs must be at least one network in CIDR notation, such as 203.0.113.7/32 or 2001:db8::/48."
  }

  validation {
    condition = var.allow_ssh_from_anywhere || alltrue([
      for cidr in var.admin_cidrs : try(tonumber(split("/", cidr)[1]) >= (strcontains(cidr, ":") ? 16 : 8), false)
    ])
    error_message = "admin_cidrs would open SSH to the world. Name narrower networks, or say so with allow_ssh_from_anywhere = true."
  }
}

variable "allow_ssh_from_anywhere" {
  description = "Accept admin_cidrs as wide as 0.0.0.0/0."
  type        = bool
}
