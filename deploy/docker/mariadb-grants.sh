#!/bin/sh
# Runs once, when the database's volume is new: the application's user owns the schemas of the services and nothing else.
set -eu
mariadb -uroot -p"$MARIADB_ROOT_PASSWORD" <<SQL
GRANT ALL PRIVILEGES ON \`doul\\_%\`.* TO '$MARIADB_USER'@'%';
SQL
