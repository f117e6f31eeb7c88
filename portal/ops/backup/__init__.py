"""Backup, restore to a point in time, and the drill that proves both: `python -m portal.ops.backup --help`.

A base backup a day, every segment of the write-ahead log as it fills (five minutes at the latest), uploads as they
come, the anchors of the audit trail. Standard library and PostgreSQL's own clients only: the same commands serve the
embedded cluster and the container `backup` of docker-compose.yml.

Layout of BACKUP_DIR::

    base/20261123T040000Z/   base.tar.gz, pg_wal.tar.gz, backup_manifest, files.tsv, anchors/, about.json
    wal/                     000000010000000000000005.gz …
    files/, files.tsv        uploads under their stored names, shared by all backups, and the hash of each
    marks/                   restore points with the count and hash of every table at that moment
"""
