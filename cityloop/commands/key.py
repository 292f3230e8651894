"""``cityloop key``: API keys of machines. A key is shown once, when it is made; only its hash is kept."""

from typing import Annotated

import typer

from cityloop.terminal import emit, refuse, talk
from config.moment import Micros, parse, render
from config.problem import Problem
from dispatch.accounts import ApiKey
from streams.clock import system_clock
from streams.gateway.keys import Scope

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")]
Owner = Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is, for people: 'gate cameras, vendor X'.")]
Scopes = Annotated[list[Scope], typer.Option("--scope", help="What it may do; may be given several times.")]
Expires = Annotated[str | None, typer.Option(metavar="INSTANT", help="RFC 3339 with offset; left out: until it is revoked.")]
KeyId = Annotated[str, typer.Argument(metavar="KEY", help="Its id, as 'cityloop key list' prints it: clk_<id>_...")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="API keys of machines.", no_args_is_help=True)
    group.command("add")(add_key)
    group.command("list")(list_keys)
    group.command("revoke")(revoke_key)
    app.add_typer(group, name="key")


def add_key(name: Owner, *, scope: Scopes, expires: Expires = None, json: Json = False) -> None:
    """Make a key and print it, this once."""
    from cityloop.accounts import with_accounts  # noqa: PLC0415  # Heavy (database), so only when the command runs.
    from console.auth import manage  # noqa: PLC0415  # As above.

    end = _instant(expires)
    text, key = with_accounts(lambda accounts, _: manage.add_key(accounts, system_clock(), name, frozenset(scope), end))
    if json:
        emit(_shown(key) | {"key": text})
    else:
        typer.echo(text)
    talk.print("This is the only time that the key is shown: keep it where its machine can read it, and nobody else.", markup=False)


def list_keys(*, json: Json = False) -> None:
    """List the keys: id, name, scopes and end; never the secret."""
    from cityloop.accounts import with_accounts  # noqa: PLC0415  # As above.

    for key in with_accounts(lambda accounts, _: accounts.keys()):
        shown = _shown(key)
        if json:
            emit(shown)
        else:
            end = f"revoked {shown['revoked_at']}" if key.revoked_at is not None else f"until {shown['expires_at'] or 'revoked'}"
            typer.echo(f"{key.id}\t{key.name}\t{','.join(key.scopes)}\t{end}")


def revoke_key(key: KeyId) -> None:
    """End a key at once (a gateway may remember it for five more seconds)."""
    from cityloop.accounts import with_accounts  # noqa: PLC0415  # As above.
    from console.auth import manage  # noqa: PLC0415  # As above.

    with_accounts(lambda accounts, _: manage.revoke_key(accounts, system_clock(), key))
    talk.print(f"{key} opens nothing any more.", markup=False)


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id, "name": key.name, "scopes": key.scopes, "created_at": render(key.created_at),
        "expires_at": None if key.expires_at is None else render(key.expires_at),
        "revoked_at": None if key.revoked_at is None else render(key.revoked_at),
    }  # fmt: skip


def _instant(text: str | None) -> Micros | None:
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        problem = Problem(file="--expires", what=f"{text!r} is not an instant: {error}.", fix="Write like 2027-01-31T00:00:00+08:00.")
        raise refuse(problem) from error
