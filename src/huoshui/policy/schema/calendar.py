"""Calendars: for each year its holidays and the rest days that are worked, as they were announced.

A year that nobody has announced is not there: a calendar never guesses one.
"""

from __future__ import annotations

import datetime as dt

from pydantic import model_validator

from huoshui.policy.schema.parts import Cite, Definition, Form, Label


class HolidaySpan(Form):
    """Days off in a row, both ends included."""

    label: Label
    first: dt.date
    last: dt.date


class CalendarYear(Form):
    """One year's holidays and make-up workdays, by one announcement."""

    holidays: tuple[HolidaySpan, ...]
    worked: tuple[dt.date, ...] = ()  # rest days of the week that are worked instead
    cite: Cite


class BusinessCalendar(Definition):
    """On which days business is done: not on rest days of the week, nor on holidays."""

    rest_weekdays: tuple[int, ...]  # 1 is Monday, 7 is Sunday
    years: dict[int, CalendarYear]
    cite: Cite

    @model_validator(mode="after")
    def _fits(self) -> BusinessCalendar:
        for year, said in self.years.items():
            for span in said.holidays:
                if span.last < span.first:
                    raise ValueError(f"{span.label.zh} of {year} ends before it begins")
                if year not in (span.first.year, span.last.year):
                    raise ValueError(f"{span.label.zh} does not lie in {year}")
            for day in said.worked:
                if day.isoweekday() not in self.rest_weekdays:
                    raise ValueError(f"{day} is no rest day of the week, so it cannot make one up")
                if any(span.first <= day <= span.last for span in said.holidays):
                    raise ValueError(f"{day} is both a holiday and worked")
        return self
