"""A cache that a dead Redis turns into a miss instead of an error page (rule 22: nothing lives only in Redis)."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger("portal.cache")


class ResilientCache(RedisCache):
    """RedisCache whose reads miss and whose writes do nothing while Redis is away."""

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
