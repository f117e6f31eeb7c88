"""The API of the engine: programs, editions, entries and their moves, notices, objections, decisions, plans."""

from programs.api import calls, entries, filling, notices, plans, publishing

ROUTES = (*calls.ROUTES, *entries.ROUTES, *filling.ROUTES, *notices.ROUTES, *publishing.ROUTES, *plans.ROUTES)
