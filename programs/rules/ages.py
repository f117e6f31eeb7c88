"""Full years between two days (rule R10). Who was born on 29 February is a year older on 1 March of other years."""

import datetime


def years_before(day: datetime.date, years: int) -> datetime.date:
    """The same day some years earlier; the 29th of February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def full_years(start: datetime.date, day: datetime.date) -> int:
    """How many full years lie between ``start`` and ``day``; the anniversary itself completes one."""
    n = day.year - start.year
    return n if start <= years_before(day, n) else n - 1


def age_on(birth: datetime.date, day: datetime.date) -> int:
    """Age in full years on a day; one is a year older on the birthday itself."""
    return full_years(birth, day)
