"""A cache that a dead Redis turns into a miss instead of an error page (rule 22: nothing lives only in Redis)."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis
from redis.exceptions import RedisError

log = logging.getLogger("portal.cache")


class KeptClient(RedisCacheClient):
    """One client per server: Django makes one for each command, which costs more than the command."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._kept: dict[int, Redis] = {}

    def get_client(self, key: str | None = None, *, write: bool = False) -> Redis:
        index = self._get_connection_pool_index(write)
        if index not in self._kept:
            self._kept[index] = super().get_client(key, write=write)
        return self._kept[index]


class ResilientCache(RedisCache):
    """RedisCache whose reads miss and whose writes do nothing while Redis is away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient

    def _try(self, method: str, default: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), method)(*args, **kwargs)
        except (RedisError, OSError) as problem:
            log.warning("cache %s: %s", method, type(problem).__name__)
            return default

    def get(self, key, default=None, version=None):
        return self._try("get", default, key, default, version)

    def set(self, key, value, *args, **kwargs):
        return self._try("set", None, key, value, *args, **kwargs)

    def add(self, key, value, *args, **kwargs):
        return self._try("add", True, key, value, *args, **kwargs)

    def delete(self, key, version=None):
        return self._try("delete", False, key, version)

    def incr(self, key, delta=1, version=None):
        return self._try("incr", 1, key, delta, version)

    def get_many(self, keys, version=None):
        return self._try("get_many", {}, keys, version)

    def set_many(self, data, *args, **kwargs):
        return self._try("set_many", [], data, *args, **kwargs)
