/**
 * What the providers' documentation says of the resources used here, for the machine that has no provider to ask:
 * arguments that must be there, those that may, what nested blocks take, and what can be read from it besides.
 */
export type Documented = {
  required: string[]
  optional?: string[]
  blocks?: Record<string, string[]>
  attributes?: string[]
}

const filter = { filter: ['name', 'values'] }

export const dataSources: Record<string, Documented> = {
  aws_ami: { required: [], optional: ['most_recent', 'owners'], blocks: filter, attributes: ['id'] },
  aws_availability_zones: { required: [], optional: ['state'], attributes: ['names'] },
  aws_route53_zone: { required: [], optional: ['name', 'private_zone'], attributes: ['zone_id'] },
  vultr_os: { required: [], blocks: filter, attributes: ['id'] },
}

export const resources: Record<string, Documented> = {
  aws_db_instance: {
    required: ['instance_class', 'allocated_storage', 'engine', 'username'],
    optional: [
      'auto_minor_version_upgrade',
      'backup_retention_period',
      'backup_window',
      'copy_tags_to_snapshot',
      'db_name',
      'db_subnet_group_name',
      'delete_automated_backups',
      'deletion_protection',
      'enabled_cloudwatch_logs_exports',
      'engine_version',
      'final_snapshot_identifier',
      'identifier',
      'maintenance_window',
      'max_allocated_storage',
      'multi_az',
      'parameter_group_name',
      'password',
      'publicly_accessible',
      'skip_final_snapshot',
      'storage_encrypted',
      'storage_type',
      'vpc_security_group_ids',
    ],
    attributes: ['id', 'address', 'endpoint', 'port'],
  },
  aws_db_parameter_group: {
    required: ['family'],
    optional: ['name', 'name_prefix', 'description'],
    blocks: { parameter: ['name', 'value', 'apply_method'] },
  },
  aws_db_subnet_group: { required: ['subnet_ids'], optional: ['name', 'description'] },
  aws_default_security_group: { required: [], optional: ['vpc_id', 'tags'] },
  aws_ebs_volume: {
    required: ['availability_zone'],
    optional: ['encrypted', 'final_snapshot', 'iops', 'kms_key_id', 'size', 'tags', 'throughput', 'type'],
    attributes: ['id'],
  },
  aws_eip: { required: [], optional: ['domain', 'tags'], attributes: ['id', 'public_ip'] },
  aws_eip_association: { required: [], optional: ['allocation_id', 'instance_id'] },
  aws_instance: {
    required: [],
    optional: [
      'ami',
      'disable_api_termination',
      'instance_type',
      'ipv6_address_count',
      'key_name',
      'subnet_id',
      'tags',
      'user_data',
      'vpc_security_group_ids',
    ],
    blocks: {
      metadata_options: ['http_endpoint', 'http_tokens', 'http_put_response_hop_limit', 'instance_metadata_tags'],
      root_block_device: ['delete_on_termination', 'encrypted', 'kms_key_id', 'volume_size', 'volume_type'],
    },
    attributes: ['id', 'ipv6_addresses', 'private_ip', 'public_ip'],
  },
  aws_internet_gateway: { required: [], optional: ['vpc_id', 'tags'], attributes: ['id'] },
  aws_key_pair: { required: ['public_key'], optional: ['key_name', 'tags'] },
  aws_route53_record: { required: ['zone_id', 'name', 'type'], optional: ['ttl', 'records'] },
  aws_route_table: {
    required: ['vpc_id'],
    optional: ['tags'],
    blocks: { route: ['cidr_block', 'ipv6_cidr_block', 'gateway_id'] },
    attributes: ['id'],
  },
  aws_route_table_association: { required: ['route_table_id'], optional: ['subnet_id', 'gateway_id'] },
  aws_security_group: { required: [], optional: ['name', 'description', 'vpc_id', 'tags'], attributes: ['id'] },
  aws_subnet: {
    required: ['vpc_id'],
    optional: ['availability_zone', 'cidr_block', 'ipv6_cidr_block', 'tags'],
    attributes: ['id'],
  },
  aws_volume_attachment: {
    required: ['device_name', 'instance_id', 'volume_id'],
    optional: ['stop_instance_before_detaching', 'skip_destroy'],
  },
  aws_vpc: {
    required: [],
    optional: ['cidr_block', 'assign_generated_ipv6_cidr_block', 'enable_dns_hostnames', 'tags'],
    attributes: ['id', 'ipv6_cidr_block'],
  },
  aws_vpc_security_group_egress_rule: {
    required: ['security_group_id', 'ip_protocol'],
    optional: ['cidr_ipv4', 'cidr_ipv6', 'description', 'from_port', 'to_port', 'referenced_security_group_id'],
  },
  aws_vpc_security_group_ingress_rule: {
    required: ['security_group_id', 'ip_protocol'],
    optional: ['cidr_ipv4', 'cidr_ipv6', 'description', 'from_port', 'to_port', 'referenced_security_group_id'],
  },
  random_password: { required: ['length'], optional: ['special'], attributes: ['result'] },
  vultr_block_storage: {
    required: ['size_gb', 'region'],
    optional: ['attached_to_instance', 'block_type', 'label', 'live'],
    attributes: ['id', 'mount_id'],
  },
  vultr_database: {
    required: ['region', 'plan', 'database_engine', 'database_engine_version', 'label'],
    optional: [
      'cluster_time_zone',
      'maintenance_dow',
      'maintenance_time',
      'mysql_long_query_time',
      'mysql_slow_query_log',
      'tag',
      'trusted_ips',
      'vpc_id',
    ],
    attributes: ['id', 'ca_certificate', 'host', 'port', 'user', 'password'],
  },
  vultr_database_db: { required: ['database_id', 'name'] },
  vultr_dns_record: { required: ['domain', 'name', 'type', 'data'], optional: ['ttl', 'priority'] },
  vultr_firewall_group: { required: [], optional: ['description'], attributes: ['id'] },
  vultr_firewall_rule: {
    required: ['firewall_group_id', 'protocol', 'ip_type', 'subnet', 'subnet_size'],
    optional: ['port', 'notes', 'source'],
  },
  vultr_instance: {
    required: ['region', 'plan'],
    optional: [
      'activation_email',
      'enable_ipv6',
      'firewall_group_id',
      'hostname',
      'label',
      'os_id',
      'reserved_ip_id',
      'ssh_key_ids',
      'tags',
      'user_data',
      'vpc_ids',
    ],
    attributes: ['id', 'internal_ip', 'v6_main_ip'],
  },
  vultr_reserved_ip: {
    required: ['region', 'ip_type'],
    optional: ['label', 'instance_id'],
    attributes: ['id', 'subnet'],
  },
  vultr_ssh_key: { required: ['name', 'ssh_key'], attributes: ['id'] },
  vultr_vpc: {
    required: ['region'],
    optional: ['description', 'v4_subnet', 'v4_subnet_mask'],
    attributes: ['id'],
  },
}

/** Every resource takes them, whoever provides it. */
export const metaArguments = ['count', 'for_each', 'depends_on', 'lifecycle', 'provider']
