"""What every address of the API is made of: operations as values, lists read from a ``Listing``, problems, the schema.

No models here: tokens, kept answers and webhooks live in ``portal.api``; each room writes its own ``api`` module.
"""
