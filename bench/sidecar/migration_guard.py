"""Lets a migration run only when the database is in the state it expects."""
import logging
import os
import sys

import psycopg2

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")

wanted = int(os.environ.get("EXPECTED_VERSION", "3"))

conn = psycopg2.connect(os.environ["DATABASE_URL"])
try:
    with conn.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", (7421,))
        if not cursor.fetchone()[0]:
            sys.exit("another migration is running")
        cursor.execute("select max(version), bool_or(dirty) from schema_migrations")
        version, dirty = cursor.fetchone()
        if dirty:
            sys.exit("the last migration did not finish")
        if version != wanted:
            sys.exit(f"schema version is {version}, expected {wanted}")
        cursor.execute(
            """select pid, state from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()
                 and xact_start < now() - interval '5 minutes'"""
        )
        slow = cursor.fetchall()
        if slow:
            sys.exit(f"transactions that have been open for five minutes: {slow}")
finally:
    conn.close()
logging.info("the migration may run version=%s", version)
