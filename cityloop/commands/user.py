"""``cityloop user``: who may log in. Passwords come from a prompt or from standard input, never from the command line."""

import sys
from typing import Annotated

import typer

from cityloop.terminal import emit, refuse, talk
from config.moment import render
from config.problem import Problem
from dispatch.accounts import UserState
from streams.clock import system_clock

Name = Annotated[str, typer.Argument(metavar="USER", help="Login name: the id of a person in the city's people.csv.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Who may log in to the console.", no_args_is_help=True)
    group.command("add")(add_user)
    group.command("list")(list_users)
    group.command("password")(set_password)
    group.command("disable")(disable_user)
    group.command("enable")(enable_user)
    app.add_typer(group, name="user")


def add_user(user: Name, *, password_stdin: FromStdin = False) -> None:
    """Give a person of the city a login; role and unit are those of people.csv."""
    from cityloop.accounts import with_accounts  # noqa: PLC0415  # Heavy (database, hashing), so only when the command runs.
    from cityloop.bootstrap import load_catalogue  # noqa: PLC0415  # As above.
    from console.auth import manage  # noqa: PLC0415  # As above.
    from console.auth.passwords import Passwords  # noqa: PLC0415  # As above.

    password = _password(stdin=password_stdin)
    with_accounts(
        lambda accounts, settings: manage.add_user(
            accounts, load_catalogue(settings), Passwords(), system_clock(), user_id=user, password=password
        )
    )
    talk.print(f"{user} may log in.", markup=False)


def set_password(user: Name, *, password_stdin: FromStdin = False) -> None:
    """Set a new password; the person's open sessions end."""
    from cityloop.accounts import with_accounts  # noqa: PLC0415  # As above.
    from console.auth import manage  # noqa: PLC0415  # As above.
    from console.auth.passwords import Passwords  # noqa: PLC0415  # As above.

    password = _password(stdin=password_stdin)
    with_accounts(lambda accounts, _: manage.set_password(accounts, Passwords(), system_clock(), user, password))
    talk.print(f"{user} has a new password.", markup=False)


def disable_user(user: Name) -> None:
    """Let somebody no longer log in; open sessions end at once."""
    _set_state(user, UserState.DISABLED)
    talk.print(f"{user} may no longer log in.", markup=False)


def enable_user(user: Name) -> None:
    """Let somebody log in again."""
    _set_state(user, UserState.ACTIVE)
    talk.print(f"{user} may log in.", markup=False)


def list_users(*, json: Json = False) -> None:
    """List the logins."""
    from cityloop.accounts import with_accounts  # noqa: PLC0415  # As above.

    for user in with_accounts(lambda accounts, _: accounts.users()):
        if json:
            emit({"user": user.id, "state": user.state, "created_at": render(user.created_at), "changed_at": render(user.changed_at)})
        else:
            typer.echo(f"{user.id}\t{user.state.value}\t{render(user.changed_at)}")


def _set_state(user: str, state: UserState) -> None:
    from cityloop.accounts import with_accounts  # noqa: PLC0415  # As above.
    from console.auth import manage  # noqa: PLC0415  # As above.

    with_accounts(lambda accounts, _: manage.set_state(accounts, system_clock(), user, state))


def _password(*, stdin: bool) -> str:
    """Read a password: one line of standard input, or a prompt that shows nothing and asks twice."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        what = "there is no terminal on which a password could be typed unseen."
        raise refuse(Problem(file="--password-stdin", what=what, fix="Add this option, and write the password to standard input."))
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
