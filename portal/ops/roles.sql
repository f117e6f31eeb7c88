-- The owner that migrates, the role the portal works as (no DDL), and the database. Run by psql as superuser: at every
-- start of the embedded cluster (safe to repeat), and once by the image of docker-compose.yml.
\getenv owner_password OWNER_DB_PASSWORD
\getenv app_password APP_DB_PASSWORD

SELECT 'CREATE ROLE portal_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_owner') \gexec
SELECT 'CREATE ROLE portal_app LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') \gexec
ALTER ROLE portal_owner NOCREATEDB PASSWORD :'owner_password';
ALTER ROLE portal_app NOCREATEDB PASSWORD :'app_password';
SELECT 'CREATE DATABASE portal OWNER portal_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'portal') \gexec

-- only in throw-away clusters: tests make databases and step into the working role
\if :{?throwaway}
ALTER ROLE portal_owner CREATEDB;
GRANT portal_app, pg_checkpoint, pg_read_all_settings TO portal_owner;
\endif
