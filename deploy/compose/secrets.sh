#!/bin/sh
# Makes the passwords of docker-compose.yml: random ones in .env, and what Redis holds them against in deploy/compose/secrets.
# They are made once and stay: run again, it changes nothing. There is no password that works without this.
set -eu
cd "$(dirname "$0")/../.."
if [ -e .env ]; then
  echo 'there is an .env already; move it away to have new passwords (ClickHouse and Redis take them over when they start anew)' >&2
  exit 0
fi
umask 077
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
hash() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }

log=$(secret)
window=$(secret)
mkdir -p deploy/compose/secrets
# What the processes need: every key, and no command that empties or changes the server. `probe` may ask whether it lives.
acl() {
  printf 'user default off\nuser probe on nopass resetkeys -@all +ping\n'
  printf 'user duizhang on #%s ~* &* +@all -@admin -@dangerous +info +client\n' "$(hash "$1")"
}
acl "$log" >deploy/compose/secrets/log.acl
acl "$window" >deploy/compose/secrets/window.acl
# Redis reads them as a user of its own; what stands in them are hashes of random keys.
chmod 644 deploy/compose/secrets/*.acl
chmod 755 deploy/compose/secrets
cat >.env.new <<END
# Made by deploy/compose/secrets.sh. Keep it: the data is behind these passwords.
DZ_KAFKA_PASSWORD=$(secret)
DZ_LOG_PASSWORD=$log
DZ_WINDOW_PASSWORD=$window
DZ_CLICKHOUSE_PASSWORD=$(secret)
DZ_READER_PASSWORD=$(secret)
DZ_ANALYST_PASSWORD=$(secret)
DZ_GRAFANA_PASSWORD=$(secret)
END
mv .env.new .env
echo 'made .env and deploy/compose/secrets' >&2
