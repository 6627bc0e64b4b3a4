#!/bin/sh
# The command line inside the image: docker compose exec api duizhang user list
exec node /app/cli/main.js "$@"
