terraform {
  required_version = ">= 1.11"

  required_providers {
    vultr = {
      source  = "vultr/vultr"
      version = "~> 2.28"
    }
  }
}

# The key of the API comes from VULTR_API_KEY.
provider "vultr" {
  rate_limit  = 700
  retry_limit = 3
}
