"""What a group's notice says."""

import uuid
from collections.abc import Sequence

import msgspec

from config.moment import Micros, render
from dispatch.alertcase import AlertCase
from dispatch.delivery import Delivery, Purpose
from dispatch.noise.group import Cause, Group
from streams.ids import NAMESPACE, canonical


def group_notice(group: Group, cause: Cause, alerts: Sequence[AlertCase], now: Micros, url: str) -> Delivery:
    """One notice of a group, with every alert once; a repeat of the same flush carries the same id.

    Args:
        group: as it stood before, so that its next notice is number ``notices + 1``.
        cause: why it speaks.
        alerts: what it speaks of.
        now: the present.
        url: where it goes.
    """
    number = group.notices + 1
    name = str(uuid.uuid5(NAMESPACE, canonical(("group notice", group.id, group.created_at, number, url))))
    data = {
        "group": group.id,
        "route": group.route,
        "values": dict(group.values),
        "number": number,
        "cause": cause.value,
        "unit": group.unit,
        "alerts": [_told(alert) for alert in alerts],
    }
    body = {"type": "alerts.group", "timestamp": render(now), "data": data}
    return Delivery(
        id=name, ticket=None, group=group.id, number=number, purpose=Purpose.GROUP, unit=group.unit, person=None, url=url,
        body=msgspec.json.encode(body), created_at=now, next_at=now,
    )  # fmt: skip


def _told(alert: AlertCase) -> dict[str, object]:
    latest = alert.latest
    return {
        "alert": alert.id,
        "state": alert.state.value,
        "ticket": alert.ticket,
        "rule": latest.rule,
        "severity": latest.severity.value,
        "category": latest.category,
        "summary": msgspec.to_builtins(alert.summary),
        "place": alert.place,
        "cell": alert.cell,
        "position": None if latest.position is None else {"lon": latest.position.lon, "lat": latest.position.lat},
        "source": latest.source,
        "starts_at": render(latest.starts_at),
        "ends_at": None if latest.ends_at is None else render(latest.ends_at),
        "count": latest.count,
        "evidence": list(latest.evidence),
    }
