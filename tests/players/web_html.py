"""Reads the local chat's pages as a person does: what is written, and what can be pressed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

EMPTY = {"meta", "link", "input", "img", "br", "hr", "path", "rect", "circle"}
BLOCKS = {
    "p",
    "button",
    "h2",
    "h3",
    "div",
    "article",
    "blockquote",
    "footer",
    "section",
    "label",
    "legend",
    "li",
}


@dataclass
class Node:
    """An element: its attributes, and what is inside it in order."""

    tag: str
    attributes: dict[str, str]
    inside: list[Node | str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def classes(self) -> set[str]:
        return set(self["class"].split())

    def walk(self) -> Iterator[Node]:
        """The elements inside, in the order of the page."""
        for child in self.inside:
            if isinstance(child, Node):
                yield child
                yield from child.walk()

    def all(self, tag: str = "", *, has: str = "", kind: str = "", **exactly: str) -> list[Node]:
        """Elements by tag, by an attribute that is there, by class, and by attributes' values."""
        return [
            node
            for node in self.walk()
            if tag in {"", node.tag}
            and (not has or has in node.attributes)
            and (not kind or kind in node.classes)
            and all(node[name] == value for name, value in exactly.items())
        ]

    def first(self, tag: str = "", *, has: str = "", kind: str = "", **exactly: str) -> Node:
        found = self.all(tag, has=has, kind=kind, **exactly)
        assert found, f"there is no {tag or kind or has} {exactly or ''} here"
        return found[0]

    @property
    def hidden(self) -> bool:
        return "hidden" in self.attributes

    @property
    def text(self) -> str:
        """What is written here, a line for each block; pictures read as what they show."""
        lines = "".join(self.written()).split("\n")
        return "\n".join(
            line for line in (" ".join(part.split(" ")) for part in lines) if line.strip()
        )

    def written(self) -> Iterator[str]:
        if self["aria-label"] and self["role"] == "img":
            yield f"{self['aria-label']} "
        if self.hidden or self.tag in {"svg", "script", "style"}:
            return
        if self.tag == "img":
            yield f"\n{self['alt']}\n"
        if self.tag == "dd":
            yield ": "
        if self.tag in BLOCKS:
            yield "\n"
        for child in self.inside:
            yield from child.written() if isinstance(child, Node) else [child]
        if self.tag in BLOCKS or self.tag == "dd":
            yield "\n"


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(made)
        if tag not in EMPTY:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self.open[-1].tag == tag, f"<{self.open[-1].tag}> is closed by </{tag}>"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


@lru_cache(maxsize=32)
def parsed(html: str) -> Node:
    """The page as a tree; it must be well formed. People look at the same page again and again."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert len(builder.open) == 1, f"<{builder.open[-1].tag}> is not closed"
    return builder.root
