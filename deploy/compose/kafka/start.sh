#!/bin/sh
# Makes the broker's folder with the system's user in it, the first time, and starts it.
set -eu
bin="${KAFKA_BIN:-/opt/kafka/bin}"
properties="${KAFKA_PROPERTIES:-/etc/kafka/duizhang.properties}"
data=$(sed -n 's/^log\.dirs=//p' "$properties")
if [ ! -e "$data/meta.properties" ]; then
  "$bin/kafka-storage.sh" format --standalone --cluster-id "$("$bin/kafka-storage.sh" random-uuid)" --config "$properties" \
    --add-scram "SCRAM-SHA-512=[name=duizhang,password=${DZ_KAFKA_PASSWORD:?}]"
fi
exec "$bin/kafka-server-start.sh" "$properties"
