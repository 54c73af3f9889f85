#!/usr/bin/env bash
# From nothing to a server people reach: makes a machine at a cloud, prepares it, deploys, obtains a certificate and begins to
# back up. Run again after a failure, it goes on: every step leaves alone what is there.
# usage: infra/create.sh aws|vultr EMAIL [terraform apply options, such as -auto-approve]
# EMAIL hears from the certificate authority. What the machine is to be stands in infra/terraform/<cloud>/terraform.tfvars.
set -euo pipefail
cd "$(dirname "$0")"

fail() {
  echo "create: $*" >&2
  exit 1
}

[ $# -ge 2 ] || fail 'usage: infra/create.sh aws|vultr EMAIL [terraform apply options]'
cloud=$1
email=$2
shift 2
case $cloud in aws | vultr) ;; *) fail "there is no cloud $cloud: aws or vultr" ;; esac
[[ $email == ?*@?*.?* ]] || fail "$email is no address that could get mail"
for program in terraform ansible ansible-playbook ssh; do
  command -v "$program" >/dev/null || fail "$program is not installed here"
done
[ -e "terraform/$cloud/terraform.tfvars" ] ||
  fail "say what you want first: cp infra/terraform/$cloud/terraform.tfvars.example infra/terraform/$cloud/terraform.tfvars"

cloud_terraform() { terraform -chdir="terraform/$cloud" "$@"; }

cloud_terraform init -input=false
cloud_terraform apply "$@"
# Whole or not at all: a file cut short would be another inventory.
cloud_terraform output -raw inventory >ansible/inventory.yml.new
mv ansible/inventory.yml.new ansible/inventory.yml
address=$(cloud_terraform output -raw address)

cd ansible
# The machine is seen for the first time; from then on its key must stay the same.
export ANSIBLE_SSH_COMMON_ARGS='-o StrictHostKeyChecking=accept-new'
echo "create: waiting for $address"
ansible parley --module-name ansible.builtin.wait_for_connection --args 'timeout=600'
ansible-playbook init.yml
if database_url=$(terraform -chdir="../terraform/$cloud" output -raw database_url 2>/dev/null) && [ -n "$database_url" ]; then
  # By its standard input: what is an argument can be read by everybody on a machine.
  printf '%s\n' "$database_url" | ssh -o StrictHostKeyChecking=accept-new "parley@$address" '
    sudo install -d -m 0700 -o 10001 -g 10001 /etc/parley/secrets &&
    sudo install -m 0600 -o 10001 -g 10001 /dev/stdin /etc/parley/secrets/database-url'
fi
ansible-playbook cicd.yml tls.yml backup.yml --extra-vars "parley_tls_email=$email"
echo "create: done. Make the first account now; whoever makes it runs the installation."
