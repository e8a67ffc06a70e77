-- The role and the database of docs/runbook.md, "Postgres", at the first start of an empty server. Each statement of that
-- chapter stands here; a test compares them. The password comes from a file, so that no log and no list of processes holds it.
\set password `cat /run/secrets/postgres-randomchat`
CREATE ROLE randomchat LOGIN PASSWORD :'password';
CREATE DATABASE randomchat OWNER postgres;
REVOKE ALL ON DATABASE randomchat FROM PUBLIC;
GRANT CONNECT, CREATE ON DATABASE randomchat TO randomchat;
ALTER ROLE randomchat SET log_parameter_max_length = 0;
GRANT pg_checkpoint TO randomchat;
ALTER SYSTEM SET wal_recycle = off;
SELECT pg_reload_conf();
\connect randomchat
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO randomchat;
GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO randomchat;
