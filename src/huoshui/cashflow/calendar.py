"""On which days business is done, by a calendar that a pack announced year by year.

A year that nobody has announced is refused, loudly: a guessed holiday would become a due date.
Whoever must look further ahead says so with `provisional`, and gets weekdays for such years and
the word that the date may yet move.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from huoshui.cashflow.businessday import moved
from huoshui.kernel.errors import Refusal, Where
from huoshui.policy.pack import Pack
from huoshui.policy.schema import BusinessCalendar


class CalendarRefusal(Refusal):
    """Why a calendar cannot say whether business is done."""

    NO_YEAR = (
        "The calendar {calendar} has no {year}: no notice of its holidays is in the packs.",
        "Add the year to {calendar}.yaml when its notice is out, or ask for provisional dates.",
        "日历“{calendar}”没有{year}年：政策包中没有该年的放假通知。",
        "通知发布后把该年加入 {calendar}.yaml，或按暂定日期测算。",
    )
    NO_CALENDAR = (
        "There is no calendar {calendar}.",
        "Name one of: {known}.",
        "没有日历“{calendar}”。",
        "请从中选择：{known}。",
    )


@dataclass(frozen=True)
class Calendar:
    """Rest days of the week, holidays and worked rest days, of the years that are known."""

    id: str
    rest_weekdays: frozenset[int]  # 1 is Monday
    holidays: frozenset[dt.date]
    worked: frozenset[dt.date]
    years: frozenset[int]
    guesses: bool = False  # take weekdays as business days where the year is not known

    @classmethod
    def of(cls, definition: BusinessCalendar) -> Calendar:
        """Make a calendar of what a pack says."""
        spans = [span for year in definition.years.values() for span in year.holidays]
        days = {
            span.first + dt.timedelta(days=n)
            for span in spans
            for n in range((span.last - span.first).days + 1)
        }
        return cls(
            id=definition.id,
            rest_weekdays=frozenset(definition.rest_weekdays),
            holidays=frozenset(days),
            worked=frozenset(day for year in definition.years.values() for day in year.worked),
            years=frozenset(definition.years),
        )

    def provisional(self) -> Calendar:
        """Look beyond the known years, taking weekdays there as business days."""
        return replace(self, guesses=True)

    def knows(self, day: dt.date) -> bool:
        """Tell whether the holidays of a day's year were announced."""
        return day.year in self.years

    def is_business_day(self, day: dt.date) -> bool:
        """Tell whether business is done on a day, or refuse a year that is not known."""
        if not self.knows(day) and not self.guesses:
            raise CalendarRefusal.NO_YEAR.refuse(
                where=Where(field=f"calendars.{self.id}"), calendar=self.id, year=day.year
            )
        if day in self.worked:
            return True
        return day.isoweekday() not in self.rest_weekdays and day not in self.holidays

    def shifted(self, day: dt.date, convention: str) -> dt.date:
        """Move a day to a business day by a convention, such as SCF; NULL leaves it."""
        return moved(day, convention, self.is_business_day)


def calendar_of(pack: Pack, name: str) -> Calendar:
    """Give a pack's calendar by its name."""
    known: Mapping[str, BusinessCalendar] = pack.calendars
    if name not in known:
        raise CalendarRefusal.NO_CALENDAR.refuse(calendar=name, known=", ".join(known))
    return Calendar.of(known[name])
