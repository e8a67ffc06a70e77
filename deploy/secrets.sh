#!/bin/sh
# Makes the secrets of compose.yaml and of the manifests, each a file in deploy/secrets, and what compose needs in .env.
# A file that is there stays as it is: delete one to have it made anew, and read in docs/runbook.md what that means. Never
# master.key: what is stored opens with nothing else. It is rotated ("Rotating secrets" there).
#   deploy/secrets.sh turn.example.com                         the TURN server has its public address itself
#   deploy/secrets.sh turn.example.com 198.51.100.10/10.0.0.10 it is behind NAT: public/private
set -eu
turn=${1:?"usage: deploy/secrets.sh <name or address of the TURN server> [public/private address]"}
nat=${2:-}
cd "$(dirname "$0")"

# The folder is closed to everybody else on this machine. The files in it are open, since each is mounted alone and read
# by the user of its container, whoever that is.
umask 022
mkdir -p secrets
chmod 700 secrets

random() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# keep <file>: standard input becomes the file, whole, unless it is there.
keep() {
  if [ -e "secrets/$1" ]; then cat >/dev/null; echo "secrets/$1 stays as it is"; return; fi
  cat >"secrets/$1.new"
  chmod 444 "secrets/$1.new"
  mv "secrets/$1.new" "secrets/$1"
  echo "secrets/$1 was made"
}

head -c 32 /dev/urandom | keep master.key
random 24 | keep postgres-superuser
random 24 | keep postgres-randomchat
printf 'Host=postgres;Database=randomchat;Username=randomchat;Password=%s' "$(cat secrets/postgres-randomchat)" | keep ConnectionStrings__Postgres
printf 'requirepass %s\n' "$(random 24)" | keep redis.conf
printf 'redis:6379,password=%s' "$(sed -n 's/^requirepass //p' secrets/redis.conf)" | keep ConnectionStrings__Redis
random 32 | keep Turn__Secret
{
  printf 'static-auth-secret=%s\nrealm=%s\n' "$(cat secrets/Turn__Secret)" "$turn"
  if [ -n "$nat" ]; then printf 'external-ip=%s\n' "$nat"; fi
} | keep turn.conf
random 12 | keep Staff__Bootstrap__Password
random 12 | keep grafana-admin

if [ ! -e ../.env ]; then
  printf '# What compose.yaml asks for; no secrets.\nTURN_HOST=%s\n' "$turn" >../.env
  echo ".env was made"
fi
