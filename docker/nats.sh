#!/bin/sh
# Runs nats-server and has it read its users again whenever the gateway has changed their file.
# USERS_FILE, USERS_OWNER and CONFIG may be set for trying it out.
file=${USERS_FILE:-/users/users.conf}
config=${CONFIG:-/etc/nats/nats.conf}

if [ ! -f "$file" ]; then
  printf 'users = [\n  { user: "services", password: $NATS_SERVICES_PASSWORD }\n]\n' > "$file"
fi
# The gateway replaces the file, as the user that its image runs as.
chown "${USERS_OWNER:-1000:1000}" "$(dirname "$file")" "$file"

# In quotes, since the server reads what the environment says like its configuration: 5v… would be a number gone wrong.
export NATS_SERVICES_PASSWORD="\"$NATS_SERVICES_PASSWORD\""
nats-server --config "$config" &
server=$!
trap 'kill -TERM $server' TERM INT
known=$(cksum < "$file")
while kill -0 $server 2> /dev/null; do
  now=$(cksum < "$file")
  if [ "$now" != "$known" ]; then
    known=$now
    kill -HUP $server
  fi
  sleep 1
done
wait $server
