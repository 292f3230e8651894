"""What every case book does with noise: silences, maintenance, inhibition, flapping, groups, and judging again."""

import msgspec

from config.moment import SECOND
from dispatch.actor import SYSTEM
from dispatch.delivery import Purpose
from dispatch.noise.draft import SilenceDraft
from dispatch.noise.flapping import FlapPolicy
from dispatch.noise.history import SilenceFact
from dispatch.noise.inhibition import Inhibition
from dispatch.noise.matchertext import parse_matcher
from dispatch.noise.policy import NoisePolicy
from dispatch.noise.route import Manner, Route
from dispatch.noise.silence import Silence, SilenceKind, SilenceState
from dispatch.noise.window import Window
from dispatch.noisequery import Preview, SilenceAdded, SilenceQuery
from dispatch.query import AlertQuery, Subject
from dispatch.refusal import Refusal, RefusalKind
from dispatch.verdict import MergeOutcome, MergeReason, SuppressionKind
from streams.alert import Change, TicketPolicy
from tests.contract.dispatch.conftest import Open
from tests.contract.dispatch.noisekit import MINUTE, PLAIN, draft, kinds, matchers, shown, silence, tickets
from tests.fakes.town import BIN, NOON, PARKING, SMOKE, actor, alert


async def test_a_silenced_alert_is_kept_and_shown_and_opens_nothing(noisy: Open) -> None:
    """It says by what, by whom, why and until when; there is neither ticket nor notice."""
    books = await noisy(PLAIN)
    made = await silence(books, 'rule="illegal-parking"')
    case = await books.book.take_alert(alert())
    (found,) = case.suppressed_by
    assert (found.kind, found.by, found.author, found.why, found.until) == (
        SuppressionKind.SILENCE, made.id, "dora", "road works", NOON + 60 * MINUTE,
    )  # fmt: skip
    assert (case.ticket, case.merge, await tickets(books), await books.deliveries()) == (None, None, 0, [])
    assert [one.id for one in (await books.book.alerts(SYSTEM, AlertQuery(suppressed=True))).items] == [case.id]
    assert (await books.book.alerts(SYSTEM, AlertQuery(suppressed=False))).items == ()
    summary = await books.book.summary(SYSTEM)
    assert (summary.alerts["firing"], summary.suppressed, summary.unacknowledged) == (1, 1, 0)


async def test_the_end_of_a_silence_has_the_alert_judged_again_exactly_once(noisy: Open) -> None:
    """While it fires still, it gets its ticket and its notice when the silence ends, and a second look changes nothing."""
    books = await noisy(PLAIN)
    await silence(books, 'source="camera/1"')
    case = await books.book.take_alert(alert())
    assert await books.noise.next_at() == NOON + 60 * MINUTE
    books.watch.forward(3599)
    assert (await books.noise.settle()).judged == 0
    books.watch.forward(1)
    assert (await books.noise.settle()).judged == 1
    assert (await books.noise.settle()).judged == 0
    after = (await shown(books, case.id)).alert
    assert (after.suppressed_by, after.ticket is not None, await tickets(books)) == ((), True, 1)
    assert [delivery.purpose for delivery in await books.deliveries()] == [Purpose.DISPATCHED]
    assert [item.event for item in await books.book.feed(SYSTEM, 0, 50) if item.subject is Subject.ALERT] == ["firing", "released"]


async def test_a_silence_can_be_ended_early_and_stays_in_history(noisy: Open) -> None:
    """Ending it brings the ticket at once; the silence is kept with who made and who ended it, and cannot be ended twice."""
    books = await noisy(PLAIN)
    made = await silence(books, 'rule="illegal-parking"')
    case = await books.book.take_alert(alert())
    books.watch.forward(60)
    ended = await books.noise.expire_silence(actor("root"), made.id)
    assert isinstance(ended, Silence)
    assert (ended.state(books.watch.now), ended.expired_by, ended.ends_at) == (SilenceState.EXPIRED, "root", made.ends_at)
    await books.noise.settle()
    assert (await shown(books, case.id)).alert.ticket is not None
    file = await books.noise.silence(SYSTEM, made.id)
    assert file is not None
    assert [(event.fact, event.actor) for event in file.events] == [(SilenceFact.CREATED, "dora"), (SilenceFact.EXPIRED, "root")]
    again = await books.noise.expire_silence(actor("root"), made.id)
    assert isinstance(again, Refusal)
    assert (again.kind, again.what) == (RefusalKind.ILLEGAL, "The silence ended at 2026-03-04T04:01:00Z.")


async def test_a_silence_takes_hold_of_what_fires_already(noisy: Open) -> None:
    """An alert with a ticket is marked and its ticket goes on; one that resolves meanwhile gives none."""
    books = await noisy(PLAIN)
    case = await books.book.take_alert(alert())
    await silence(books, 'rule="illegal-parking"')
    assert await kinds(books, case.id) == []
    await books.noise.settle()
    assert await kinds(books, case.id) == [SuppressionKind.SILENCE]
    assert (await shown(books, case.id)).alert.ticket == case.ticket
    quiet = await books.book.take_alert(alert(zone="gate"))
    books.watch.forward(60)
    await books.book.take_alert(alert(zone="gate", event=Change.RESOLVED, after=60 * SECOND))
    books.watch.forward(7200)
    await books.noise.settle()
    over = (await shown(books, quiet.id)).alert
    assert (over.ticket, await tickets(books)) == (None, 1)
    assert [found.kind for found in over.suppressed_by] == [SuppressionKind.SILENCE]


async def test_a_pending_silence_begins_at_its_time(noisy: Open) -> None:
    """Before it nothing is quiet; at it what fires is judged again."""
    books = await noisy(PLAIN)
    case = await books.book.take_alert(alert(ticket=TicketPolicy.NONE))
    await silence(books, 'rule="illegal-parking"', starts_at=NOON + 10 * MINUTE)
    await books.noise.settle()
    assert (await kinds(books, case.id), await books.noise.next_at()) == ([], NOON + 10 * MINUTE)
    books.watch.forward(600)
    await books.noise.settle()
    assert await kinds(books, case.id) == [SuppressionKind.SILENCE]


async def test_life_safety_passes_through_everything(noisy: Open) -> None:
    """Silence, window, inhibition, flapping and grouping all match a smoke alarm, and it is sent out at once."""
    every = parse_matcher('severity=~".+"')
    books = await noisy(
        NoisePolicy(
            windows=(Window(name="always", comment="x", matchers=(every,)),),
            inhibitions=(Inhibition(name="all", source=matchers('rule="illegal-parking"'), target=(every,)),),
            flapping=(FlapPolicy(episodes=2, within=60 * MINUTE, calm=60 * MINUTE),),
            route=Route(name="default", manner=Manner.GROUPED, wait=60 * MINUTE),
        )
    )
    await silence(books, 'severity=~".+"')
    await books.book.take_alert(alert(PARKING))
    for number in range(3):
        case = await books.book.take_alert(alert(SMOKE, starts_at=NOON + number * SECOND))
        assert (case.suppressed_by, case.group, case.ticket is not None) == ((), None, True)
        books.watch.forward(1)
    assert case.flapping is not None
    assert [(one.purpose, one.life_safety) for one in await books.deliveries()] == [
        (Purpose.DISPATCHED, True), (Purpose.ALERT_JOINED, True), (Purpose.ALERT_JOINED, True),
    ]  # fmt: skip


async def test_a_silence_of_life_safety_only_is_refused_and_a_broad_one_says_what_passes(noisy: Open) -> None:
    """The reason names the rules; matchers that reach other rules too are taken."""
    books = await noisy(PLAIN)
    refused = await books.noise.add_silence(actor("dora"), draft('rule=~"smoke.*"'))
    assert isinstance(refused, Refusal)
    assert refused.what == (
        "matchers: they match life safety only (smoke-alarm), and nothing keeps life safety quiet. "
        "Acknowledge the alert instead, or have the cause mended."
    )
    broad = await books.noise.add_silence(actor("dora"), draft('severity=~"critical|minor"'))
    assert isinstance(broad, SilenceAdded)
    assert (broad.reach.quiet, broad.reach.passing) == (("bin-overflow", "illegal-parking"), ("smoke-alarm",))
    assert (await books.noise.silences(SYSTEM, SilenceQuery())).items == (broad.silence,)


async def test_everything_wrong_with_a_silence_is_told_together(noisy: Open) -> None:
    """Matchers, comment, times and length in one answer; nothing is kept."""
    books = await noisy(PLAIN)
    wrong = SilenceDraft(
        matchers=(*matchers('rul="x"'), parse_matcher('source=~"("')), comment=" ", starts_at=NOON - 3600 * SECOND, ends_at=NOON - 1
    )
    refused = await books.noise.add_silence(actor("dora"), wrong)
    assert isinstance(refused, Refusal)
    assert [one.where for one in refused.complaints] == ["matchers[0].field", "matchers[1].value", "comment", "starts_at", "ends_at"]
    long = await books.noise.add_silence(actor("dora"), draft('rule="x"', minutes=31 * 24 * 60))
    assert isinstance(long, Refusal)
    assert long.what == ("ends_at: the silence lasts longer than 4w2d. Let it end by 2026-04-03T04:00:00Z, and make another one then.")
    assert (await books.noise.silences(SYSTEM, SilenceQuery())).items == ()


async def test_a_leaders_silence_reaches_the_own_units_and_is_seen_by_them(noisy: Open) -> None:
    """It is limited to the subtree, unknown to others, and nobody of another unit can end it."""
    books = await noisy(PLAIN)
    made = await silence(books, 'severity="minor"', person="lee")
    assert made.unit == "order"
    assert await kinds(books, (await books.book.take_alert(alert(PARKING))).id) == [SuppressionKind.SILENCE]
    other = await books.book.take_alert(msgspec.structs.replace(alert(BIN), category="99999"))
    assert (other.unit, other.suppressed_by) == ("centre", ())
    assert (await books.noise.silences(actor("finn"), SilenceQuery())).items == ()
    assert await books.noise.silence(actor("finn"), made.id) is None
    unknown = await books.noise.expire_silence(actor("finn"), made.id)
    assert isinstance(unknown, Refusal)
    assert unknown.kind is RefusalKind.UNKNOWN
    assert isinstance(await books.noise.expire_silence(actor("lee"), made.id), Silence)


async def test_silences_are_listed_by_state_and_in_pages(noisy: Open) -> None:
    """Newest change first; what is over is listed too, since nothing is deleted."""
    books = await noisy(PLAIN)
    first = await silence(books, 'rule="a"', minutes=1)
    books.watch.forward(1)
    second = await silence(books, 'rule="b"', kind=SilenceKind.MAINTENANCE)
    books.watch.forward(1)
    third = await silence(books, 'rule="c"', starts_at=NOON + 30 * MINUTE)
    books.watch.forward(60)
    listed = {
        state: [one.id for one in (await books.noise.silences(SYSTEM, SilenceQuery(state=state))).items] for state in (None, *SilenceState)
    }
    assert listed == {
        None: [third.id, second.id, first.id], SilenceState.PENDING: [third.id], SilenceState.ACTIVE: [second.id],
        SilenceState.EXPIRED: [first.id],
    }  # fmt: skip
    page = await books.noise.silences(SYSTEM, SilenceQuery(limit=2))
    rest = await books.noise.silences(SYSTEM, SilenceQuery(limit=2, after=page.next))
    assert ([one.id for one in page.items], [one.id for one in rest.items], rest.next) == ([third.id, second.id], [first.id], None)


async def test_a_preview_changes_nothing_and_is_limited_to_what_one_sees(noisy: Open) -> None:
    """Which alerts would be quiet, which pass; a leader is not told of other units' alerts."""
    books = await noisy(PLAIN)
    parking, smoke = await books.book.take_alert(alert(PARKING)), await books.book.take_alert(alert(SMOKE))
    wanted = matchers('severity=~"minor|critical"')
    found = await books.noise.preview(actor("dora"), wanted)
    assert isinstance(found, Preview)
    assert ([one.id for one in found.quiet], [one.id for one in found.passing]) == ([parking.id], [smoke.id])
    scoped = await books.noise.preview(actor("lee"), wanted)
    assert isinstance(scoped, Preview)
    assert (scoped.quiet_count, scoped.passing_count) == (1, 0)
    assert isinstance(await books.noise.preview(actor("dora"), ()), Refusal)
    assert (await books.noise.settle()).judged == 0
    assert await kinds(books, parking.id) == []


async def test_a_window_is_open_at_its_hours(noisy: Open) -> None:
    """Alerts within its cells are quiet while it is open; at its end they get their tickets."""
    once = Window(name="works", comment="digging", cells=("91",), since=NOON - MINUTE, until=NOON + 10 * MINUTE)
    books = await noisy(NoisePolicy(windows=(once,)))
    case = await books.book.take_alert(alert())
    (found,) = case.suppressed_by
    assert (found.kind, found.by, found.why, found.until) == (SuppressionKind.MAINTENANCE, "works", "digging", NOON + 10 * MINUTE)
    (view,) = await books.noise.maintenance()
    assert view.open is not None
    books.watch.forward(600)
    await books.noise.settle()
    assert (await shown(books, case.id)).alert.ticket is not None
    (view,) = await books.noise.maintenance()
    assert (view.open, view.next) == (None, None)


async def test_an_inhibited_alert_waits_for_the_end_of_what_explains_it(noisy: Open) -> None:
    """While its source fires it is quiet and names it; when that resolves it is judged again, at once."""
    rule = Inhibition(
        name="same-source", source=matchers('rule="bin-overflow"'), target=matchers('rule="illegal-parking"'), equal=("source",)
    )
    books = await noisy(NoisePolicy(inhibitions=(rule,)))
    source = await books.book.take_alert(alert(BIN))
    target = await books.book.take_alert(alert(PARKING))
    elsewhere = await books.book.take_alert(alert(PARKING, source="sensor/1"))
    (found,) = target.suppressed_by
    assert (found.kind, found.by, found.alert, found.why) == (
        SuppressionKind.INHIBITION, "same-source", source.id, "bin-overflow fires with the same source.",
    )  # fmt: skip
    assert elsewhere.suppressed_by == ()
    books.watch.forward(60)
    await books.book.take_alert(alert(BIN, event=Change.RESOLVED, after=60 * SECOND))
    await books.noise.settle()
    after = (await shown(books, target.id)).alert
    assert (after.suppressed_by, after.ticket is not None) == ((), True)


async def test_a_source_that_comes_later_inhibits_too(noisy: Open) -> None:
    """The target keeps the ticket that it has, and is marked."""
    rule = Inhibition(name="x", source=matchers('rule="bin-overflow"'), target=matchers('rule="illegal-parking"'))
    books = await noisy(NoisePolicy(inhibitions=(rule,)))
    target = await books.book.take_alert(alert(PARKING))
    await books.book.take_alert(alert(BIN))
    await books.noise.settle()
    assert await kinds(books, target.id) == [SuppressionKind.INHIBITION]
    assert (await shown(books, target.id)).alert.ticket == target.ticket


async def test_flapping_quiets_the_episode_that_is_one_too_many_until_it_is_calm(noisy: Open) -> None:
    """Two episodes open their ticket; the third within the window is flagged and quiet, and is judged again when it is calm."""
    books = await noisy(NoisePolicy(flapping=(FlapPolicy(episodes=3, within=10 * MINUTE, calm=15 * MINUTE),)))
    for number in range(3):
        begin = NOON + number * 2 * MINUTE
        case = await books.book.take_alert(alert(starts_at=begin))
        books.watch.forward(60)
        if number < 2:
            assert case.flapping is None
            await books.book.take_alert(alert(starts_at=begin, event=Change.RESOLVED, after=MINUTE))
        books.watch.forward(60)
    assert case.flapping is not None
    assert (case.flapping.episodes, case.flapping.until, case.ticket) == (3, NOON + 19 * MINUTE, None)
    assert [found.kind for found in case.suppressed_by] == [SuppressionKind.FLAPPING]
    assert await books.noise.next_at() == NOON + 19 * MINUTE
    assert (await books.noise.census()).flapping == 1
    books.watch.forward(13 * 60)
    await books.noise.settle()
    after = (await shown(books, case.id)).alert
    assert (after.flapping, after.suppressed_by, after.ticket is not None) == (None, (), True)


async def test_another_policy_holds_for_what_fires_already(noisy: Open) -> None:
    """After a restart with other windows every firing alert is judged under them."""
    books = await noisy(NoisePolicy(windows=(Window(name="w", comment="c", rules=("illegal-parking",)),)))
    case = await books.book.take_alert(alert())
    assert (await kinds(books, case.id), await tickets(books)) == ([SuppressionKind.MAINTENANCE], 0)
    after = books.reopen(PLAIN)
    await after.noise.wake()
    await after.noise.settle()
    assert (await kinds(after, case.id), await tickets(after)) == ([], 1)


async def test_merging_is_recorded_both_ways_with_its_numbers(noisy: Open) -> None:
    """The first opens for want of anything before it, the second joins, one beyond the window opens anew."""
    books = await noisy(PLAIN)
    first = await books.book.take_alert(alert())
    books.watch.forward(600)
    second = await books.book.take_alert(alert(starts_at=NOON + 10 * MINUTE))
    books.watch.forward(3 * 3600)
    third = await books.book.take_alert(alert(starts_at=NOON + 190 * MINUTE))
    records = [case.merge for case in (first, second, third)]
    assert all(record is not None for record in records)
    assert [(one.outcome, one.reason, one.ticket, one.state, one.elapsed, one.alerts) for one in records if one is not None] == [
        (MergeOutcome.OPENED, MergeReason.NOTHING_BEFORE, None, None, None, 0),
        (MergeOutcome.JOINED, MergeReason.WORK_LEFT, first.ticket, "dispatched", 600 * SECOND, 1),
        (MergeOutcome.OPENED, MergeReason.WINDOW_OVER, first.ticket, "dispatched", 3 * 3600 * SECOND, 2),
    ]  # fmt: skip
    assert (await shown(books, second.id)).alert.merge == second.merge


async def test_the_census_counts_what_is_quiet_by_reason(noisy: Open) -> None:
    """One alert with two reasons counts under both; every reason is named."""
    books = await noisy(NoisePolicy(windows=(Window(name="w", comment="c", rules=("illegal-parking",)),)))
    await silence(books, 'rule="illegal-parking"')
    await books.book.take_alert(alert())
    census = await books.noise.census()
    assert census.suppressed == {"silence": 1, "maintenance": 1, "inhibition": 0, "flapping": 0}
    books.watch.forward(3600 + 90)
    assert (await books.noise.census()).late == 90 * SECOND
