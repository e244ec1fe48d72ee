"""The plain application: Channels, the ORM and channels_redis, as their documentation shows them.

The same behaviour as Helpline's message path, seen from the wire: hello, say, said, message; sealed
at rest and in Valkey, refused after the end, the same id answered once. None of its structure.
"""
