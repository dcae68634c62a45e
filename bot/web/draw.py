"""Draws pages and forms as fragments of HTML. Pure: everybody's words are escaped here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import assert_never
from urllib.parse import quote

from markupsafe import Markup

from bot.pages import (
    Block,
    Date,
    DateAndTime,
    Field,
    Form,
    Image,
    Input,
    Key,
    Keys,
    Line,
    Link,
    Page,
    Quoted,
    Say,
    Search,
    Select,
    Small,
    Table,
    Upload,
)
from bot.web import signs

FEW = 6  # so many options are shown side by side; more become a list
NOTHING, CHECKED, SELECTED = Markup(""), Markup(" checked"), Markup(" selected")
Address = Callable[[int], str]
# Nobody's words hold this: a quotation mark within them is escaped.
_PICTURE = re.compile(r'<img class="picture" src="[^"]*\?as=(?=")')

# --- pages ----------------------------------------------------------------------------------------


def page(shown: Page, address: Address) -> Markup:
    """A card. `address` gives the place where a kept picture can be had."""
    blocks = NOTHING.join(_block(block, address) for block in shown.blocks)
    return Markup('<div class="card"><h3 class="card-title">{}</h3>{}</div>').format(
        signs.title(shown.title), blocks
    )


def seen_by(html: str, user: str) -> Markup:
    """A drawn page as a player looks at it: its pictures are asked for in their name."""
    named = _PICTURE.sub(lambda found: f"{found[0]}{quote(user, safe='')}", html)
    return Markup(named)  # noqa: S704  # drawn by `page`, where everything was escaped


def plain(shown: Page) -> str:
    """A card as words alone: what is searched, copied and read out."""
    lines = (line for block in shown.blocks for line in _lines(block))
    return "\n".join([shown.title, *lines])


def _block(block: Block, address: Address) -> Markup:
    match block:
        case Say():
            return Markup("<p>{}</p>").format(block.text)
        case Small():
            return Markup('<p class="small">{}</p>').format(block.text)
        case Quoted():
            by = Markup("<footer>{}</footer>").format(block.by) if block.by else NOTHING
            return Markup("<blockquote><p>{}</p>{}</blockquote>").format(block.text, by)
        case Table():
            row = Markup("<div><dt>{}</dt><dd>{}</dd></div>")
            return Markup('<dl class="facts">{}</dl>').format(_each(row, block.rows))
        case Image():
            image = Markup('<img class="picture" src="{}?as=" alt="{}" loading="lazy">')
            return image.format(address(block.file_id), block.alt)
        case Link():
            link = Markup('<p><a class="download" href="{}" rel="noreferrer">{}</a></p>')
            return link.format(block.url, block.label)
        case Keys():
            return Markup('<div class="keys">{}</div>').format(NOTHING.join(map(_key, block.row)))
    assert_never(block)


def _lines(block: Block) -> list[str]:
    match block:
        case Say() | Small():
            return [block.text]
        case Quoted():
            return [block.text, block.by] if block.by else [block.text]
        case Table():
            return [f"{name}: {value}" for name, value in block.rows]
        case Image():
            return [block.alt]
        case Link():
            return [block.label]
        case Keys():
            return [" ".join(f"[{key.label}]" for key in block.row)]
    assert_never(block)


def _key(key: Key) -> Markup:
    kind = f" {key.style}" if key.style in {"primary", "danger"} else ""
    confirm = Markup(' data-confirm="{}"').format(key.confirm) if key.confirm else NOTHING
    return Markup('<button type="button" class="key{}" data-press="{}"{}>{}</button>').format(
        kind, key.data, confirm, key.label
    )


def _each(template: Markup, rows: Iterable[tuple[str, ...]]) -> Markup:
    return NOTHING.join(template.format(*row) for row in rows)


# --- forms ----------------------------------------------------------------------------------------


def form(shown: Form) -> Markup:
    """A form. Names carry how an answer is read: `f.` one value, `m.` several, `u.` files."""
    template = Markup(
        '<form class="form" data-draft="{}" data-leave="{}" novalidate><h2 id="form-title">{}</h2>'
        '<div class="fields">{}</div><p class="error" data-error="" role="alert"></p>'
        '<div class="form-keys"><button type="button" class="key" data-cancel>{}</button>'
        '<button type="submit" class="key primary">{}</button></div></form>'
    )
    fields = NOTHING.join(_field(field) for field in shown.fields)
    return template.format(
        shown.draft, shown.leave, shown.title, fields, shown.cancel, shown.submit
    )


def _field(field: Field) -> Markup:
    tag = "fieldset" if _is_group(field.input) else "div"
    template = Markup(
        '<{tag} class="field" data-field="{name}">{label}{input}'
        '<p class="error" id="e-{name}" data-error="{name}" role="alert">{error}</p></{tag}>'
    )
    return template.format(
        tag=tag, name=field.name, label=_label(field), input=_input(field), error=field.error
    )


def _label(field: Field) -> Markup:
    mark = NOTHING if field.required else Markup(' <span class="optional" data-optional></span>')
    if _is_group(field.input):
        return Markup("<legend>{}{}</legend>").format(field.label, mark)
    return Markup('<label for="i-{}">{}{}</label>').format(field.name, field.label, mark)


def _is_group(asked: Input) -> bool:
    return isinstance(asked, Select) and (asked.several or len(asked.options) <= FEW)


def _input(field: Field) -> Markup:
    asked = field.input
    match asked:
        case Line():
            return _line(field, asked)
        case Date():
            return _simple(field, Markup('type="date"'))
        case DateAndTime():
            return _moment(field)
        case Select():
            return _choices(field, asked) if _is_group(asked) else _list(field, asked)
        case Search():
            return _search(field, asked)
        case Upload():
            template = Markup(
                '<input type="file" id="i-{0}" name="u.{0}" accept="image/*" '
                'aria-describedby="e-{0}" data-most="{1}" multiple>'
            )
            return template.format(field.name, asked.most)
    assert_never(asked)


def _simple(field: Field, kind: Markup) -> Markup:
    template = Markup('<input {0} id="i-{1}" name="f.{1}" value="{2}" aria-describedby="e-{1}"{3}>')
    return template.format(kind, field.name, _one(field), _needed(field))


def _line(field: Field, asked: Line) -> Markup:
    if not asked.long:
        kind = Markup('type="text" autocomplete="off" maxlength="{}"').format(asked.most)
        return _simple(field, kind)
    template = Markup(
        '<textarea id="i-{0}" name="f.{0}" rows="4" maxlength="{1}" aria-describedby="e-{0}"{2}>'
        "\n{3}</textarea>"
    )
    return template.format(field.name, asked.most, _needed(field), _one(field))


def _moment(field: Field) -> Markup:
    """Words such as "yesterday 3pm" may be typed; a calendar stands beside."""
    picker = Markup('<input type="datetime-local" class="picker" data-picks="{}" tabindex="-1">')
    return Markup('<div class="moment">{}{}</div>').format(
        _simple(field, Markup('type="text" autocomplete="off"')), picker.format(field.name)
    )


def _choices(field: Field, asked: Select) -> Markup:
    chosen = set(_many(field))
    kind, letter = ("checkbox", "m") if asked.several else ("radio", "f")
    template = Markup(
        '<label class="chip"><input type="{}" name="{}.{}" value="{}"{}><span>{}</span></label>'
    )
    chips = NOTHING.join(
        template.format(
            kind, letter, field.name, value, CHECKED if value in chosen else NOTHING, label
        )
        for value, label in asked.options
    )
    return Markup('<div class="chips">{}</div>').format(chips)


def _list(field: Field, asked: Select) -> Markup:
    chosen = set(_many(field))
    options = NOTHING.join(
        Markup('<option value="{}"{}>{}</option>').format(
            value, SELECTED if value in chosen else NOTHING, label
        )
        for value, label in asked.options
    )
    template = Markup(
        '<select id="i-{0}" name="f.{0}" aria-describedby="e-{0}"{1}>'
        '<option value=""></option>{2}</select>'
    )
    return template.format(field.name, _needed(field), options)


def _search(field: Field, asked: Search) -> Markup:
    """The hidden input holds the answer: the line that was chosen, or else what was typed."""
    template = Markup(
        '<div class="search"><input type="text" id="i-{0}" role="combobox" autocomplete="off" '
        'aria-expanded="false" aria-controls="o-{0}" aria-autocomplete="list" '
        'aria-describedby="e-{0}" data-search="{0}" value="{1}"{2}>'
        '<input type="hidden" name="f.{0}" value="{3}">'
        '<ul class="options" id="o-{0}" role="listbox" hidden>{4}</ul></div>'
    )
    return template.format(
        field.name, asked.chosen, _needed(field), _one(field), options(asked.offered)
    )


def options(offered: Iterable[tuple[str, str]]) -> Markup:
    """What a search field offers."""
    return _each(Markup('<li role="option" data-value="{}">{}</li>'), offered)


def _needed(field: Field) -> Markup:
    return Markup(' aria-required="true"') if field.required else NOTHING


def _one(field: Field) -> str:
    return next(iter(_many(field)), "")


def _many(field: Field) -> list[str]:
    match field.value:
        case None:
            return []
        case list() | tuple() as values:
            return [str(value) for value in values]
        case value:
            return [str(value)]
