"""The life of rules: how a set is carried in the log, what a switch does to the state, and what runs in shadow. All pure."""

from rules.life.fate import Change, Fate, Policy, changes
from rules.life.governed import Governed
from rules.life.package import pack, unpack
from rules.life.switch import Switched, switch

__all__ = ["Change", "Fate", "Governed", "Policy", "Switched", "changes", "pack", "switch", "unpack"]
