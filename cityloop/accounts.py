"""Opens the accounts of an installation for a command."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from cityloop.terminal import refuse
from config.problem import Problem, ProblemsError
from config.settings import Settings, read_settings
from dispatch.ports import Accounts
from dispatch.store import migrate
from dispatch.store.accounts import SqlAccounts
from dispatch.store.engine import open_engine

Result = TypeVar("Result")


def with_accounts(work: Callable[[Accounts, Settings], Awaitable[Result]]) -> Result:
    """Do some work on the accounts of the installation's database, whose schema is brought up to date first.

    Raises:
        typer.Exit: the work was refused, or the database cannot be used; every problem was told.
    """
    try:
        return asyncio.run(_work(read_settings(os.environ), work))
    except ProblemsError as error:
        raise refuse(error) from error
    except (SQLAlchemyError, OSError) as error:
        told = str(getattr(error, "orig", None) or error).splitlines()[0]
        problem = Problem(file="CITYLOOP_DATABASE", what=f"the database cannot be used: {told}.", fix="Check the URL and that it answers.")
        raise refuse(problem) from error


async def _work(settings: Settings, work: Callable[[Accounts, Settings], Awaitable[Result]]) -> Result:
    engine = open_engine(settings.database_url)
    try:
        await migrate.upgrade(engine)
        return await work(SqlAccounts(engine), settings)
    finally:
        await engine.dispose()
