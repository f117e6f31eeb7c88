"""The menu is gathered from every app's ``menu.ITEMS`` and shows only what the acting role may open."""

from dataclasses import dataclass

from portal import policy
from portal.kit import addresses
from portal.kit.gather import gather


@dataclass(frozen=True)
class MenuItem:
    """One line of the rail. ``order`` sorts inside the section; ``count`` names a key of the counts given to
    ``menu_for``.
    """

    section: str
    label: str
    icon: str
    url_name: str
    resource: str
    action: str = "read"
    order: int = 50
    count: str = ""
    phone: bool = False
    roles: tuple[str, ...] = ()


SECTIONS = ("", "评选与活动", "本单位", "管理", "系统")


def menu_for(role: str, path: str, counts: dict[str, int]) -> list[dict]:
    """Sections in order, each ``{"label", "items": [{"label", "icon", "url", "current", "count", "phone"}]}``."""
    sections: dict[str, list[dict]] = {name: [] for name in SECTIONS}
    items = sorted(gather("menu", "ITEMS"), key=lambda item: item.order)  # type: ignore[attr-defined]
    shown = [
        item
        for item in items
        if policy.scope(role, item.resource, item.action) and (not item.roles or role in item.roles)
    ]
    urls = [addresses.page(item.url_name) for item in shown]
    # The longest address that the current path starts with is the current one; "/" only matches itself.
    current = max((url for url in urls if (path.startswith(url) if url != "/" else path == url)), key=len, default=None)
    for item, url in zip(shown, urls, strict=True):
        sections[item.section].append(
            {
                "label": item.label,
                "icon": item.icon,
                "url": url,
                "current": url == current,
                "count": counts.get(item.count, 0) if item.count else 0,
                "phone": item.phone,
            }
        )
    return [{"label": name, "items": found} for name, found in sections.items() if found]
