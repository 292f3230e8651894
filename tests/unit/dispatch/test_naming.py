"""Which pictures a change names."""

import msgspec

from config.kinds import Text
from dispatch.change import Change, TicketChange
from dispatch.event import Opening, Particulars, TicketEvent
from dispatch.lifecycle import Fact
from dispatch.naming import Namer, Naming, namings, pictures_of
from dispatch.ticket import fold
from streams.alert import Severity
from tests.fakes.town import NOON, PHOTO, alert

SEEN = "evidence:sha256/" + "1" * 64
OPENING = Opening(category="09009", severity=Severity.MINOR, summary=Text(en="x", zh="x"), evidence=(SEEN,))
REPORTED = TicketEvent(ticket="t", number=1, fact=Fact.REPORTED, at=NOON, actor="system", particulars=Particulars(opening=OPENING))


def of_ticket(*events: TicketEvent) -> TicketChange:
    """A change that adds these events to a ticket that was reported."""
    return TicketChange(before=None, ticket=fold([REPORTED]), events=events, deliveries=(), due_at=None, spot="")


def test_a_change_without_pictures_names_none() -> None:
    """An acknowledgement, or an alert without evidence, names nothing."""
    assert namings(Change()) == namings(Change(alert_event=alert())) == frozenset()


def test_a_fact_names_its_opening_and_its_photos() -> None:
    """Both the pictures that a case opens with and those that people took count."""
    assert pictures_of(Particulars()) == ()
    assert pictures_of(Particulars(opening=OPENING, photos=(PHOTO,))) == (SEEN, PHOTO)


def test_alert_and_ticket_name_a_picture_each() -> None:
    """A change that opens a ticket names its picture twice, and a picture that two events name only once."""
    photographed = msgspec.structs.replace(REPORTED, number=2, fact=Fact.PHOTOGRAPHED, particulars=Particulars(photos=(PHOTO, SEEN)))
    event = alert(evidence=(SEEN,))
    assert namings(Change(alert_event=event, ticket=of_ticket(REPORTED, photographed))) == {
        Naming(reference=SEEN, namer=Namer.ALERT, id=event.id),
        Naming(reference=SEEN, namer=Namer.TICKET, id="t"),
        Naming(reference=PHOTO, namer=Namer.TICKET, id="t"),
    }
