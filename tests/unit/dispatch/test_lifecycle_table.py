"""The table of the closed loop, told a second time in plain words: any change of a row must be made in two places."""

import pytest

from config.people import Role
from dispatch.lifecycle import BY_FACT, ENDED, PEOPLES_STORY, ROWS, STORY, TABLE, Fact, Move, Row, State, rows_from

TOLD = """
reported    accept      accepted      accepted     acceptor,admin    anyone       standard    -
reported    reject      not_accepted  rejected     acceptor,admin    anyone       reason      -
reported    ask_check   checking      check_asked  acceptor,admin    anyone       -           -
reported    withdraw    cancelled     withdrawn    acceptor,admin    anyone       reason      -
checking    report_back reported      checked      collector         anyone       note        -
accepted    dispatch    dispatched    dispatched   admin,dispatcher  anyone       unit        -
accepted    return      reported      returned     admin,dispatcher  anyone       reason      accept
accepted    withdraw    cancelled     withdrawn    admin,dispatcher  anyone       reason      -
dispatched  assign      handling      assigned     leader,staff      taker        person      -
dispatched  return      accepted      returned     leader            unit         reason      dispatch
handling    submit      handled       submitted    leader,staff      assignee     photo,note  -
handling    hand_back   dispatched    handed_back  leader,staff      assignee     reason      -
handled     confirm     verifying     confirmed    leader            unit         -           -
handled     redo        handling      redo_asked   leader            unit         reason      -
verifying   pass        closed        passed       collector         not_handler  standard    -
verifying   fail        dispatched    failed       collector         not_handler  reason      -
"""
"""State, move, state afterwards, fact, roles, relation to the ticket, needs in order, and the move that is undone."""

EXPECTED = {(words[0], words[1]): words for words in (line.split() for line in TOLD.strip().splitlines())}


def told(row: Row) -> list[str]:
    """A row in the words of the table above."""
    return [
        row.state.value,
        row.move.value,
        row.to.value,
        row.fact.value,
        ",".join(sorted(role.value for role in row.roles)),
        row.holder.value,
        ",".join(need.value for need in row.needs) or "-",
        row.undoes.value if row.undoes is not None else "-",
    ]


@pytest.mark.parametrize(("state", "move"), sorted(EXPECTED), ids=[f"{state}-{move}" for state, move in sorted(EXPECTED)])
def test_each_row_is_as_the_design_says(state: str, move: str) -> None:
    """State, move, target, fact, roles, relation, needs and what is undone: all eight columns of every row."""
    assert told(TABLE[State(state), Move(move)]) == EXPECTED[state, move]


def test_there_is_no_other_row() -> None:
    """A move that the design does not know is in no row."""
    assert {(row.state.value, row.move.value) for row in ROWS} == set(EXPECTED)


def test_the_three_views_of_the_table_are_one() -> None:
    """By move, by fact and by state the same rows are found, each once."""
    assert list(TABLE.values()) == list(ROWS)
    assert list(BY_FACT.values()) == list(ROWS)
    assert [row for state in State for row in rows_from(state)] == sorted(ROWS, key=lambda row: list(State).index(row.state))
    assert all(BY_FACT[row.state, row.fact].move is row.move for row in ROWS)


def test_the_views_cannot_be_changed() -> None:
    """The table is law for the whole process, so nobody can add to it at run time."""
    with pytest.raises(TypeError):
        TABLE[State.CLOSED, Move.ACCEPT] = ROWS[0]  # type: ignore[index]  # That it cannot be done is the point.
    with pytest.raises(TypeError):
        BY_FACT[State.CLOSED, Fact.ACCEPTED] = ROWS[0]  # type: ignore[index]  # As above.


@pytest.mark.parametrize("state", list(State), ids=lambda state: state.value)
def test_a_state_ends_the_ticket_or_somebody_can_go_on(state: State) -> None:
    """From every state but the ended ones, and suspension whose rows are still to come, there is a way on."""
    assert bool(rows_from(state)) is (state not in ENDED | {State.SUSPENDED})


@pytest.mark.parametrize("state", [state for state in State if state not in ENDED | {State.SUSPENDED}], ids=lambda state: state.value)
def test_from_every_state_a_ticket_can_be_closed(state: State) -> None:
    """No ticket can be led into a corner: closing can be reached from each state that is not an end."""
    reached, waiting = {state}, [state]
    while waiting:
        for row in rows_from(waiting.pop()):
            if row.to not in reached:
                reached.add(row.to)
                waiting.append(row.to)
    assert State.CLOSED in reached


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_every_role_has_a_part_in_the_loop(role: Role) -> None:
    """A role that can do nothing would be a login without a purpose."""
    assert [row for row in ROWS if role in row.roles]


def test_nobody_both_handles_and_verifies() -> None:
    """The roles that submit or confirm a result, and those that pass it, have nobody in common."""
    handles = {role for move in (Move.ASSIGN, Move.SUBMIT, Move.CONFIRM) for row in ROWS if row.move is move for role in row.roles}
    verifies = {role for row in ROWS if row.state is State.VERIFYING for role in row.roles}
    assert not handles & verifies


def test_a_fact_changes_the_state_or_adds_to_the_story() -> None:
    """Each fact is one of the two, except the first, with which a ticket begins."""
    moving = {row.fact for row in ROWS}
    assert moving.isdisjoint(STORY)
    assert set(Fact) - moving - STORY == {Fact.REPORTED}
    assert PEOPLES_STORY < STORY


def test_what_an_undone_move_was_stands_one_step_before() -> None:
    """A return bars the move that had led to the state it returns from, not another one."""
    for row in ROWS:
        if row.undoes is not None:
            (forward,) = [found for found in ROWS if found.move is row.undoes]
            assert (forward.state, forward.to) == (row.to, row.state)
