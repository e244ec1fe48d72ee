"""Configuration of the private engines: what may be logged, and how soon ``keys`` forgets.

``keys`` is an instance apart because databases of one instance share WAL and base backups. Its WAL
is cut into 1 MB pieces that are switched and removed every half minute, and its dead rows are
vacuumed within seconds, so that a destroyed key leaves nothing that lasts.  Rule: D5
"""

from __future__ import annotations

# Only what the server itself has to say is logged: the text of an ERROR may quote a value.
QUIET = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
dynamic_shared_memory_type = posix
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
password_encryption = 'scram-sha-256'
shared_preload_libraries = ''
track_activity_query_size = 100
log_destination = 'stderr'
logging_collector = off
log_line_prefix = '%t '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = 'none'
log_duration = off
log_min_duration_statement = -1
log_min_duration_sample = -1
log_transaction_sample_rate = 0
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_connections = off
log_disconnections = off
log_hostname = off
log_lock_waits = off
log_temp_files = -1
log_checkpoints = off
log_autovacuum_min_duration = -1
"""
OF = {
    "main": """
shared_buffers = 128MB
wal_level = replica
archive_mode = off
max_wal_senders = 4
max_replication_slots = 4
# A base backup reserves its WAL a moment after it has begun; a checkpoint in between took it away.
wal_keep_size = 128MB
""",
    "keys": """
shared_buffers = 16MB
wal_level = minimal
archive_mode = off
max_wal_senders = 0
wal_recycle = off
min_wal_size = 2MB
max_wal_size = 4MB
checkpoint_timeout = 30s
archive_timeout = 30s
autovacuum_naptime = 1s
autovacuum_vacuum_threshold = 0
autovacuum_vacuum_scale_factor = 0
autovacuum_vacuum_cost_delay = 0
""",
}
# What a crash of the machine may eat is of no worth in a test.
THROW_AWAY = "fsync = off\nfull_page_writes = off\n"
VALKEY = """
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
daemonize no
dir {directory}
databases 64
save ""
appendonly no
maxmemory-policy noeviction
slowlog-max-len 0
slowlog-log-slower-than -1
loglevel warning
"""
