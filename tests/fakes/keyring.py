"""A key ring in memory: holds keys as the store would, hashed, and judges them by the same rules."""

from config.moment import Micros
from streams.clock import Clock
from streams.gateway.keys import Denial, Owner, Scope, StoredKey, digest, judge, mint, parse_key
from tests.fakes.observations import NOON


class FakeKeyRing:
    """A :class:`streams.gateway.keys.KeyRing` whose keys are made by :meth:`issue`.

    Args:
        clock: the present, for keys that expire.
    """

    def __init__(self, clock: Clock = lambda: NOON) -> None:
        self._clock = clock
        self._stored: dict[str, StoredKey] = {}
        self.broken = False
        """Set to make the store not answer."""

    def issue(self, *scopes: Scope, name: str = "a device", expires: Micros | None = None) -> str:
        """Make a key; by default it may write observations."""
        text, stored = mint(name, frozenset(scopes or (Scope.OBSERVATIONS_WRITE,)), expires)
        self.keep(stored)
        return text

    def keep(self, stored: StoredKey) -> None:
        """Hold a key as the store would."""
        self._stored[stored.id] = stored

    def admit(self, text: str, *scopes: Scope) -> None:
        """Take in a key that was made elsewhere, so that two processes can agree on one."""
        key = parse_key(text)
        assert key is not None
        wanted = frozenset(scopes or (Scope.OBSERVATIONS_WRITE,))
        self._stored[key.id] = StoredKey(id=key.id, digest=digest(key.secret), scopes=wanted, name="a device")

    async def check(self, key: str, scope: Scope) -> Owner | Denial:
        """As the port says."""
        if self.broken:
            raise ConnectionError("the store of keys does not answer")
        parsed = parse_key(key)
        if parsed is None:
            return Denial.MALFORMED
        return judge(parsed, self._stored.get(parsed.id), scope, self._clock())
