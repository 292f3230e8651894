"""A plugin for amqtt that lets everybody in without calling them anonymous.

amqtt's own plugin for anonymous access makes every session anonymous, and an anonymous session is forgotten as soon as
its connection ends, with all that was to be delivered to it (amqtt 0.12, ``Broker._session_monitor``).
"""

from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session


class LetIn(BaseAuthPlugin):  # type: ignore[misc]  # amqtt has no types.
    """For a broker on loopback that only the demo and tests use."""

    async def authenticate(self, *, session: Session) -> bool:
        """Yes."""
        return session is not None
