"""HTML that makes a PDF renderer read what it should not: 25 ways, each with a place for an address outside."""

from collections.abc import Callable

# ``{file}`` an address of a secret file, ``{http}`` of a listening server
TRICKS: dict[str, str] = {
    "attachment link": '<link rel=attachment href="{file}">',
    "attachment anchor": '<a rel=attachment href="{file}">x</a>',
    "picture": '<img src="{file}">',
    "picture over the network": '<img src="{http}/a.png">',
    "style sheet": '<link rel=stylesheet href="{http}/a.css">',
    "style sheet file": '<link rel=stylesheet href="{file}">',
    "import in a style": '<style>@import url("{http}/b.css");</style>',
    "import of a file": '<style>@import "{file}";</style>',
    "font": '<style>@font-face{{font-family:x;src:url("{http}/f.woff2")}}p{{font-family:x}}</style><p>x</p>',
    "font file": '<style>@font-face{{font-family:x;src:url("{file}")}}p{{font-family:x}}</style><p>x</p>',
    "background": '<div style="width:9px;height:9px;background:url({http}/c.png)">x</div>',
    "list mark": '<ul style="list-style-image:url({http}/d.png)"><li>x</ul>',
    "content": '<style>p::before{{content:url("{http}/e.png")}}</style><p>x</p>',
    "border picture": '<div style="border:9px solid;border-image:url({http}/f.png) 3">x</div>',
    "object": '<object data="{file}" type="image/svg+xml">x</object>',
    "embed": '<embed src="{http}/g.svg" type="image/svg+xml">',
    "inline svg with a picture": '<svg width=9 height=9><image href="{file}" width=9 height=9 /></svg>',
    "inline svg with xlink": '<svg width=9 height=9><image xlink:href="{http}/h.png" width=9 height=9 /></svg>',
    "inline svg that uses a file": '<svg width=9 height=9><use href="{file}#x"/></svg>',
    "svg in a data address": "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' "
    "height='9'><image href='{http}/i.png' width='9' height='9'/></svg>\">",
    "entity in a data address": "<img src=\"data:image/svg+xml,<!DOCTYPE s [<!ENTITY e SYSTEM '{file}'>]><svg "
    "xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>&e;</text></svg>\">",
    "base address": '<base href="{http}/"><img src="j.png">',
    "path upwards": '<img src="../../../../../../../../{path}"><link rel=attachment href="..%2f..%2f..%2f{path}">',
    "file with a host": '<img src="file://localhost{path}"><img src="file://127.0.0.1{path}">',
    "other schemes": '<img src="ftp://127.0.0.1:{port}/x"><img src="HTTP://127.0.0.1:{port}/k"><img src="FILE://{path}">',
    "protocol left out": '<img src="//127.0.0.1:{port}/l.png"><link rel=icon href="{http}/m.ico">',
    "frame and script": '<iframe src="{http}/n"></iframe><script src="{http}/o.js"></script>',
    "colour profile": '<style>@color-profile --x{{src:url("{http}/p.icc")}}</style><p style="color:color(--x 1 0 0)">',
}  # fmt: skip

# Not an address but a weight: answered politely, in time, or drawn.
BOMBS: dict[str, Callable[[], str]] = {
    "150 tables in each other": lambda: "<table><tr><td>" * 150 + "x",
    "2,000 boxes in each other": lambda: "<div>" * 2_000 + "x",
    "a table of 1,000 columns": lambda: "<table><tr>" + "<td>x" * 1_000 + "</table>",
    "a huge picture box": lambda: '<div style="width:1e9px;height:1e9px;border:1px solid">x</div>',
    "endless floats": lambda: "<div style='float:left;width:60%'>x" * 300,
    "more than 8 MB": lambda: "<p>" + "字" * (9 << 20),
}


def filled(trick: str, secret: str, port: int) -> str:
    """A page with the trick; ``secret``: the path of a file that must not be read."""
    return "<p>正文</p>" + TRICKS[trick].format(
        file=f"file://{secret}", path=secret, port=port, http=f"http://127.0.0.1:{port}"
    )
