"""Texts are taken apart and put together again byte by byte, and what is no word stays what it is."""

import pytest
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


@settings(max_examples=400)
@given(SOUP, st.sampled_from(FORMATS))
def test_what_is_not_changed_stays_byte_for_byte(text: str, form: Asked) -> None:
    parsed = taken_apart(text, form, "uk")
    assert parsed.rebuilt({}) == text
    assert parsed.rebuilt({one.id: one.text for one in parsed.segments if not one.added}) == text


@settings(max_examples=300)
@given(SOUP, st.sampled_from(FORMATS))
def test_what_is_changed_leaves_everything_else_as_it_is(text: str, form: Asked) -> None:
    parsed = taken_apart(text, form)
    changed = {segment.id: segment.text + "Ж" for segment in parsed.segments}
    assert parsed.wrong(changed) == {}
    # A letter more in each segment's place, and no other byte.
    assert parsed.rebuilt(changed).count("Ж") == text.count("Ж") + len(changed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Soft cotton.", ["Soft cotton."]),
        ("• Soft\n• Warm\n\n1) Wash at 30 °C", ["Soft", "Warm", "Wash at 30 °C"]),
        (
            "This line was wrapped by hand at some column,\nand it goes on here.\nA new one.",
            ["This line was wrapped by hand at some column, and it goes on here.", "A new one."],
        ),
        ("Hi {name}, %1$s of %s at https://a.example/x?y=1.", ["Hi <1/>, <2/> of <3/> at <4/>."]),
        (
            "Write to shop@a.example (or {{ name }}, ${x}, :count, %(n)s)!",
            ["Write to <1/> (or <2/>, <3/>, <4/>, <5/>)!"],
        ),
        ("100% cotton, 50%off, at 10:30", ["100% cotton, 50%off, at 10:30"]),
        ('<x id="1"/> of [[total]] and <1>', ["<1/> of <2/> and <3/>"]),
        ("12345", []),
        ('12"', ['12"']),
        ("", []),
    ],
)
def test_plain_text_is_parted_into_lines_with_marks_for_what_is_no_word(text: str, found: list[str]) -> None:
    assert texts(text, "text") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>Soft <strong>warm</strong> wool</p>", ["Soft <1>warm</1> wool"]),
        ("<p> <b>All of it</b> </p>", ["All of it"]),
        ("<ul><li>One<li>Two</ul>", ["One", "Two"]),
        ("<p>One<br>Two<br><br>Three</p>", ["One<1/>Two", "Three"]),
        ("<p>Fish &amp; chips&nbsp;&#8211; fresh</p>", ["Fish & chips\u00a0– fresh"]),
        ("<p>Over\n     two\tlines</p>", ["Over two lines"]),
        ('<img src="a.jpg" alt="A red cat"><a title="More" href="#">Read</a>', ["A red cat", "More", "Read"]),
        ('<input placeholder="Your name" value="x"><input type="submit" value="Buy">', ["Your name", "Buy"]),
        ('<meta name="description" content="All of wool"><meta name="robots" content="noindex">', ["All of wool"]),
        ("<script>var a = 'No';</script><style>p{}</style><pre>No</pre><p>Yes</p>", ["Yes"]),
        ("<p>Run <code>npm i</code> now</p>", ["Run <1/> now"]),
        ('<p translate="no">Acme</p><p class="a notranslate b">Acme</p><p>Yes</p>', ["Yes"]),
        ("<p>Before <!-- no --> after</p>", ["Before <1/> after"]),
        ('<p>A <i class="icon"></i> sign</p>', ["A <1/> sign"]),
        ("<b>Never closed <i>or crossed</b> here</i>", ["<1>Never closed <2/>or crossed</1> here"]),
        ('Broken <a href="x>quote and no end', ["Broken <1/>quote and no end"]),
        ("a < b and 3 > 2 &", ["a < b and 3 > 2 &"]),
        ("<P CLASS=x>Loud</P>", ["Loud"]),
    ],
)
def test_html_is_parted_into_blocks_with_marks_for_inline_tags(text: str, found: list[str]) -> None:
    assert texts(text, "html") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{% if a %}Hello {{ b.c | upcase }}{% else %}Hi{% endif %} you", ["Hello <1/><2/>Hi<3/> you"]),
        (
            '<a href="{{ x | t: \'y\' }}" {% if z > 1 %}title="Go {{ z }}"{% endif %}>Buy</a> now',
            ["<1>Buy</1> now", "Go <1/>"],
        ),
        ('{% schema %}{"name": "No"}{% endschema %}{% comment %}No{% endcomment %}<p>Yes</p>', ["Yes"]),
        ("{% raw %}{{ no }}{% endraw %} Yes {%- assign a = 'No' -%}", ["Yes"]),
        ("Line of {{ shop.name }}\n\nAnother {% if never closed", ["Line of <1/>", "Another {% if never closed"]),
    ],
)
def test_liquid_stays_whole_wherever_it_stands(text: str, found: list[str]) -> None:
    assert texts(text, "liquid") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{n, plural, one {# item} other {# items}}", ["<1/> item", "<1/> items"]),
        ("In {n, plural, =0 {no bag} other {{who}'s # bags}} now", ["In <1/> now", "no bag", "<1/>'s <2/> bags"]),
        (
            "{g, select, f {{n, plural, one {her bag} other {her bags}}} other {a bag}}",
            ["her bag", "her bags", "a bag"],
        ),
        ("It''s '{literal}' {d, date, ::yMMMd}", ["It's <1/> <2/>"]),
        ("Buy <b>now</b>, {name}", ["Buy <1>now</1>, <2/>"]),
    ],
)
def test_each_branch_of_a_message_is_a_segment(text: str, found: list[str]) -> None:
    assert texts(text, "icu") == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{n, plural, one {a} other {b}", "closing brace"),
        ("{n, plural, one {a}}", "has no branch other"),
        ("{n, plural, one {a} one {b} other {c}}", "two branches one"),
        ("{n, plural, single {a} other {b}}", "single is no plural form"),
        ("Hi {name", "never closed"),
        ("Hi } there", "not opened"),
        ("{}", "no argument's name"),
        ("{a, select, other {" * 60 + "x" + "}}" * 60, "more than 40 deep"),
    ],
)
def test_what_is_no_message_is_refused_with_the_place(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        structure.parsed(text, "icu")


def test_a_message_gets_the_plural_forms_that_its_language_has() -> None:
    source = "{n, plural, one {# item} other {# items}}"
    parsed = structure.parsed(source, into="uk")
    assert [(one.context, one.added) for one in parsed.segments] == [
        ("plural one of n", False),
        ("plural other of n", False),
        ("plural few of n", True),
        ("plural many of n", True),
    ]
    words = ["<1/> товар", "<1/> товару", "<1/> товари", "<1/> товарів"]
    rebuilt = parsed.rebuilt({segment.id: word for segment, word in zip(parsed.segments, words, strict=True)})
    assert rebuilt == "{n, plural, one {# товар} other {# товару} few {# товари} many {# товарів}}"
    assert not structure.parsed(source, into="de").segments[-1].added
    # A form that nobody translated is left to `other`.
    assert parsed.rebuilt({"1": "<1/> товар"}) == "{n, plural, one {# товар} other {# items}}"


def test_an_ordinal_has_forms_of_its_own() -> None:
    parsed = structure.parsed("{n, selectordinal, other {#th place}}", into="en")
    assert [one.context.split()[1] for one in parsed.segments] == ["other", "one", "two", "few"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Plain words & so on, {name}", "text"),
        ("A <b>bold</b> one", "html"),
        ("Fish &amp; chips", "html"),
        ("Ask <name> for it, 3 < 4", "text"),
        ("{n, plural, other {x}}", "icu"),
        ("{n, plural, other {x}", "text"),
        ("Hi {{ customer.name }}", "liquid"),
        ("Hi {{name}}", "text"),
        ("{% if a %}x{% endif %}", "liquid"),
    ],
)
def test_the_format_is_told_from_the_text(text: str, form: str) -> None:
    assert structure.format_of(text) == form


@pytest.mark.parametrize(
    ("text", "translation", "written"),
    [
        ("<p>Fish &amp; chips</p>", "Fisch & <Pommes>", "<p>Fisch &amp; &lt;Pommes&gt;</p>"),
        ("<p>10&nbsp;cm</p>", "10\u00a0Zentimeter", "<p>10&nbsp;Zentimeter</p>"),
        ('<img alt="A cat">', 'Die "Katze"', '<img alt="Die &quot;Katze&quot;">'),
        ("<img alt=Cat>", "Die Katze", "<img alt=Die&#32;Katze>"),
        ("<p>Fish &amp; chips</p>", "Fisch &amp; Pommes", "<p>Fisch &amp; Pommes</p>"),
    ],
)
def test_words_are_written_back_as_html_wants_them(text: str, translation: str, written: str) -> None:
    parsed = structure.parsed(text, "html")
    assert parsed.rebuilt({"1": translation}) == written


def test_words_are_written_back_as_a_message_wants_them() -> None:
    assert structure.parsed("Hello, {a}").rebuilt({}) == "Hello, {a}"
    parsed = structure.parsed("Hello, {a}", "icu")
    assert parsed.rebuilt({"1": "L'ami {de} <1/>"}) == "L''ami '{'de'}' {a}"
    inner = structure.parsed("{n, plural, other {# one}}", "icu")
    assert inner.rebuilt({"1": "Nr #<1/>"}) == "{n, plural, other {Nr '#'#}}"


SEGMENT = structure.parsed(
    "<p>Buy <b>two <i>red</i></b> %s or %s for {name}<br>today{% if a %}now{% endif %} only</p>", "liquid"
).segments[0]


@pytest.mark.parametrize(
    ("translation", "why"),
    [
        (SEGMENT.text.replace("<5/>", ""), "missing"),
        (SEGMENT.text + "<5/>", "stands 2 times"),
        (SEGMENT.text + "<99/>", "not in the source"),
        (SEGMENT.text.replace("</2></1>", "</1></2>"), "closed where another"),
        ("<2>red</2> <1>two</1> <3/> <4/> <5/> <6/> <7/> <8/>", "has left the mark"),
        (SEGMENT.text.replace("<3/>", "x").replace("<4/>", "<3/>").replace("x", "<4/>"), "keep their order"),
        (SEGMENT.text.replace("<7/>", "x").replace("<8/>", "<7/>").replace("x", "<8/>"), "keep their order"),
        (SEGMENT.text.replace("<7/>", "").replace("<1>", "<1><7/>"), "has left the mark"),
    ],
)
def test_a_translation_that_breaks_marks_is_refused(translation: str, why: str) -> None:
    problems = structure.wrong_marks(SEGMENT, translation)
    assert any(why in problem for problem in problems), problems


def test_marks_move_where_the_sentence_wants_them() -> None:
    moved = "<5/>: heute<6/> <1><2>rote</2> zwei</1> <3/> oder <4/> kaufen<7/>jetzt<8/> nur"
    assert structure.wrong_marks(SEGMENT, moved) == []


def test_a_broken_translation_is_not_put_in() -> None:
    parsed = structure.parsed("<p>Buy <b>now</b></p>")
    with pytest.raises(InputError, match="segment 1 cannot be put in: The mark <1> is missing"):
        parsed.rebuilt({"1": "Jetzt kaufen"})
    with pytest.raises(InputError, match="no segment '7'"):
        parsed.rebuilt({"7": "x"})
    assert parsed.wrong({"1": "Jetzt <1>kaufen</1>"}) == {}
    assert list(parsed.wrong({"1": "Jetzt <1>kaufen"})) == ["1"]


def test_terms_and_codes_can_be_marks() -> None:
    parsed = structure.parsed("Acme Filter for WH-1000XM4 in #ff0000", guard=["Acme"], codes=True)
    assert [one.text for one in parsed.segments] == ["<1/> Filter for <2/> in <3/>"]
    assert parsed.segments[0].plain == "Acme Filter for WH-1000XM4 in #ff0000"


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from(
            ["Soft wool.", "Really? ", "防水。", "<1>", "</1>", "<2/>", "No. 5 ", "e.g. this", "\n", " ", "!"]
        )
    )
)
def test_sentences_put_together_are_the_text(parts: list[str]) -> None:
    text = "".join(parts)
    assert "".join(sentence + gap for sentence, gap in structure.sentences(text)) == text


def test_sentences_end_where_people_end_them() -> None:
    text = "Approx. 30 cm, e.g. for St. Paul. It is No. 5! <1>Two. In one.</1> Done? 防水です。軽い。"
    assert [sentence for sentence, _ in structure.sentences(text)] == [
        "Approx. 30 cm, e.g. for St. Paul.",
        "It is No. 5!",
        "<1>Two. In one.</1>",
        "Done?",
        "防水です。",
        "軽い。",
    ]
    parts = structure.sentences("One. Two.")
    assert structure.joined(["一。", "二。"], parts, spaced=False) == "一。二。"
    assert structure.joined(["Eins.", "Zwei."], structure.sentences("一。二。")) == "Eins. Zwei."


BASE = "This soft cotton shirt measures 12 in and keeps you warm all day. "


def test_a_long_text_has_segments_of_bounded_length() -> None:
    parsed = structure.parsed(BASE * 1500)
    assert max(len(one.text) for one in parsed.segments) <= 2000
    assert parsed.rebuilt({one.id: one.text for one in parsed.segments}) == BASE * 1500
    assert len(structure.parsed("<p>" + "ab" * 50_000 + "</p>").segments) > 20


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 10_000 + "word" + "</div>" * 10_000,
        "<b>" * 10_000 + "two words" + "</b>" * 10_000,
        "<b><i>" * 5_000 + "word" + "</b></i>" * 5_000,
        '<a href="x ' * 10_000,
        "<p title='" * 10_000,
        "<" * 50_000,
        "<!--" * 20_000,
        "{{ " * 20_000 + "word",
        "{% if " * 10_000 + "word",
        "{" * 50_000,
        "." * 50_000 + "a",
        " " * 50_000 + "a",
        "A1-" * 20_000 + "@",
        "&" * 50_000 + "a",
        "a@" * 20_000,
    ],
    ids=lambda bomb: bomb[:12],
)
def test_a_hostile_text_takes_no_longer_than_its_length_does(bomb: str) -> None:
    # A way through it that grows with the square of its length would outlast the limit of a test.
    parsed = structure.parsed(bomb)
    assert parsed.rebuilt({one.id: one.text for one in parsed.segments}) == bomb
