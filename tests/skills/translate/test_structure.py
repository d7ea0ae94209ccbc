"""Texts are taken apart and put together again byte by byte, and what is no word stays what it is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from weft.errors import InputError
from weft.skills.translate import structure
from weft.skills.translate.structure import Asked, Parsed

FORMATS: tuple[Asked, ...] = ("auto", "text", "html", "icu", "liquid")
SOURCES = """<p> </p> <b> </b> <strong> </strong> <a href="x"> </a> <img alt="A cat"> <br> <br/> <ul> <li> </ul> <!-- c --> <script>
    </script> <pre> </pre> <code> </code> <h2> </h2> <td title='It'> <a href="foo <i </ & &amp; &nbsp; &lt;1&gt; &#60;1&#62; {{ {{
    }} {% if x %} {% endif %} {% {%- raw %} {% endraw %} {{ a.b | c: 'd' }} { } {name} {n, plural, one { # } other {} }} ' '' '{
    %s %1$s %d %(name)s ${x} :name [[x]] <x id="1"/> <1> </1> <2/> https://a.de/b?c=d&e a@b.de #ff0000 AB-1234 12" • - 1. \\ " > /
    = Soft cotton. Wasserdicht! 防水。 مقاوم
    50% 2,5"""
SIGNS = st.sampled_from(SOURCES.split(" "))
SOUP = st.lists(
    SIGNS | st.sampled_from([" ", "\n", "\n\n", "  ", "\t", "\r\n", "\u00a0"]) | st.text(max_size=5), max_size=40
).map("".join)


def taken_apart(text: str, form: Asked = "auto", into: str | None = None) -> Parsed:
    """A text taken apart; one that is no ICU message is read as what it is."""
    try:
        return structure.parsed(text, form, into=into)
    except InputError:
        return structure.parsed(text, into=into)


def texts(text: str, form: Asked = "auto", into: str | None = None) -> list[str]:
    """The texts of the segments of a text."""
    return [segment.text for segment in structure.parsed(text, form, into=into).segments]


def shouted(text: str, form: Asked = "auto", into: str | None = None) -> str:
    """A text rebuilt with each segment in capitals."""
    parsed = structure.parsed(text, form, into=into)
    return parsed.rebuilt({segment.id: segment.text.upper() for segment in parsed.segments})


@settings(max_examples=400, deadline=None)
@given(SOUP, st.sampled_from(FORMATS))
def test_what_is_not_changed_stays_byte_for_byte(text: str, form: Asked) -> None:
    parsed = taken_apart(text, form, "uk")
    assert parsed.rebuilt({}) == text
    assert parsed.rebuilt({one.id: one.text for one in parsed.segments if not one.added}) == text


@settings(max_examples=300, deadline=None)
@given(SOUP, st.sampled_from(FORMATS))
def test_what_is_changed_leaves_everything_else_as_it_is(text: str, form: Asked) -> None:
    parsed = taken_apart(text, form)
    changed = {segment.id: segment.text + "Ж" for segment in parsed.segments}
    assert parsed.wrong(changed) == {}
    # A letter more in each segment's place, and no other byte.
    assert parsed.rebuilt(changed).count("Ж") == text.count("Ж") + len(changed)
