#!/bin/sh
# Run once by the PostgreSQL image: base backups come from another container.
echo "host replication postgres all scram-sha-256" >> "$PGDATA/pg_hba.conf"
