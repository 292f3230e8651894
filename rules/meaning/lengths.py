"""Lengths of time and times of day as people say them."""

from config.duration import UNITS
from config.kinds import Text
from config.moment import Micros
from config.weekly import Active

_NAMES = {
    "w": ("week", "周"),
    "d": ("day", "天"),
    "h": ("hour", "小时"),
    "m": ("minute", "分钟"),
    "s": ("second", "秒"),
    "ms": ("millisecond", "毫秒"),
}
_DAYS = (
    ("Monday", "周一"),
    ("Tuesday", "周二"),
    ("Wednesday", "周三"),
    ("Thursday", "周四"),
    ("Friday", "周五"),
    ("Saturday", "周六"),
    ("Sunday", "周日"),
)


def length(micros: Micros) -> Text:
    """A length of time: ``1 hour 30 minutes``, ``1 小时 30 分钟``."""
    if micros == 0:
        return Text("0 seconds", "0 秒")
    english, chinese = [], []
    for unit, size in UNITS.items():
        count, micros = divmod(micros, size)
        if count:
            name, zh = _NAMES[unit]
            english.append(f"{count} {name}{'' if count == 1 else 's'}")
            chinese.append(f"{count} {zh}")
    return Text(" ".join(english), " ".join(chinese))


def figure(number: float) -> str:
    """A number with all its digits, a whole one without a fraction: ``1500``, ``2.5``."""
    return str(int(number)) if number.is_integer() else repr(number)


def active_time(active: Active) -> Text:
    """The hours and days in which absence is counted."""
    spans = ", ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in active.hours)
    english, chinese = spans or "the whole day", spans or "全天"
    if active.days:
        english += f" on {', '.join(_DAYS[day][0] for day in active.days)}"
        chinese = f"{'、'.join(_DAYS[day][1] for day in active.days)} {chinese}"
    return Text(f"{english} ({active.zone})", f"{chinese}（{active.zone}）")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
