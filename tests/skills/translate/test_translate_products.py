"""Products, documents and texts in other languages, without a model: what is known is used, and what is not is named."""

from pathlib import Path
from typing import Any

import pytest

from weft import skill as skills
from weft.business import Business
from weft.errors import InputError, NotFound
from weft.runs.book import Runs, Selection
from weft.runs.shards import worked_here
from weft.skills.translate import Translate, Translated, aligned, apertium, lessons
from weft.skills.translate.known import with_numbers
from weft.skills.translate.products import items, wordless
from weft.store.changes import Selection as Chosen
from weft.store.changes import Who
from weft.store.glossary import Term

SHIRT: dict[str, Any] = {
    "id": "shirt",
    "title": "Linen shirt",
    "description": "<p>A light shirt for <strong>warm days</strong>.</p>\n<p>Care: <a href='/care'>wash at 30 °C</a>.</p>",
    "vendor": "Haus",
    "type": "Shirts",
    "options": [{"name": "Color"}, {"name": "Size"}],
    "attributes": {"bullets": ["Loose fit", "Two pockets"], "material": "Linen", "mpn": "AB-123", "weight": 180},
    "images": [{"src": "https://x.example/1.jpg", "alt": "Linen shirt, front"}],
    "variants": [
        {"sku": "S-1", "options": {"Color": "Green", "Size": "M"}, "price": 2900, "currency": "EUR"},
        {"sku": "S-2", "options": {"Color": "Green", "Size": "L"}, "price": 2900, "currency": "EUR"},
    ],
}
EN = """# A taxonomy
gid://shopify/TaxonomyCategory/aa-1 : Apparel > Clothing > Shirts
gid://shopify/TaxonomyCategory/aa-2 : Apparel > Clothing > Bases
gid://shopify/TaxonomyCategory/hb-2 : Beauty > Bases
gid://shopify/TaxonomyAttribute/1 : Color
gid://shopify/TaxonomyAttribute/2 : Size
gid://shopify/TaxonomyValue/1 : Green [Color]
gid://shopify/TaxonomyValue/2 : Light [Color]
gid://shopify/TaxonomyValue/3 : Light [Weight]
"""
DE = """gid://shopify/TaxonomyCategory/aa-1 : Bekleidung > Kleidung > Hemden
gid://shopify/TaxonomyCategory/aa-2 : Bekleidung > Kleidung > Grundlagen
gid://shopify/TaxonomyCategory/hb-2 : Schönheit > Basen
gid://shopify/TaxonomyAttribute/1 : Farbe
gid://shopify/TaxonomyAttribute/2 : Größe
gid://shopify/TaxonomyValue/1 : Grün [Farbe]
gid://shopify/TaxonomyValue/2 : Hell [Farbe]
gid://shopify/TaxonomyValue/3 : Leicht [Gewicht]
"""


def put(business: Business, *products: dict[str, Any]) -> None:
    with business.transaction() as connection:
        business.catalog.put(connection, products, "test")  # type: ignore[arg-type]


def remember(business: Business, *pairs: tuple[str, str], source: str = "en", target: str = "de") -> None:
    business.memory.put(
        [{"source_language": source, "target_language": target, "source": a, "target": b} for a, b in pairs], "test"
    )


def term(source: str, target: str | None, language: str = "de") -> Term:
    return Term.model_validate(
        {"source_language": "en", "target_language": language, "source": source, "target": target}
    )


def translated(business: Business, engine: str = "local", **asked: Any) -> Translated:
    answer = skills.answer(skills.named("translate"), Translate(**asked), business, engine)
    assert isinstance(answer, Translated)
    return answer


def run(business: Business, engine: str = "local", **asked: Any) -> dict[str, Any]:
    book = Runs(business)
    name = book.enter(skills.named("translate"), Selection(), asked=asked, engine=engine, queued=False, who=Who("test"))
    worked_here(business, name)
    return book.get(name)


def texts(answer: Translated) -> dict[str, str]:
    return {one.field: one.text for one in answer.texts}


def hows(answer: Translated) -> dict[str, str | None]:
    return {one.field: one.how for one in answer.texts}


def test_the_texts_of_a_product_are_found_and_what_has_no_words_is_none() -> None:
    found = {item.field: item.text for item in items(SHIRT)}
    assert set(found) == {
        *("title", "description", "bullets", "type", "options.Color", "options.Size", "values.Color.Green"),
        *("values.Size.M", "values.Size.L", "attributes.material", "images.1.alt"),
    }
    assert found["bullets"] == "Loose fit\nTwo pockets"
    assert [item.field for item in items(SHIRT, ["title", "options"])] == ["title", "options.Color", "options.Size"]
    assert {item.place("de") for item in items(SHIRT, ["images"])} == {"translations.de.image_1_alt"}
    codes = {
        "gender": "female",
        "age_group": "adult",
        "condition": "new",
        "size_type": "regular",
        "availability": "in_stock",
    }
    assert items({"attributes": codes}) == [], "what Google reads as a code is no text"
    assert items({"attributes": {"gender": "for women", "condition": "restored by hand"}}) != []
    for text in ("38", "M", "3XL", "AB-123", "https://x.example/a", "€ 12.50", "#00ff00", "a@b.example"):
        assert wordless(text), text
    for text in ("Green", "Size M", "12 inches wide"):
        assert not wordless(text), text


def test_what_is_known_is_used_in_its_order_and_the_rest_is_left_with_a_word_on_how(business: Business) -> None:
    put(business, SHIRT)
    aligned.load(business, EN.encode(), "names.en.txt", None, "test")
    aligned.load(business, DE.encode(), "names.de.txt", None, "test")
    remember(
        business,
        ("Linen shirt", "Leinenhemd"),
        ("A light shirt for <1>warm days</1>.", "Leicht, für <1>warme Tage</1>."),
    )
    business.glossary.put([term("linen", "Leinen")], "test")
    answer = translated(business, product="shirt", into="de")
    assert answer.source == "en"
    assert hows(answer)["title"] == "memory"
    assert hows(answer)["attributes.material"] == "glossary"
    assert texts(answer)["attributes.material"] == "Leinen"
    assert hows(answer)["type"] == hows(answer)["options.Color"] == hows(answer)["values.Color.Green"] == "taxonomy"
    assert texts(answer)["values.Color.Green"] == "Grün"
    assert hows(answer)["description"] == "written"  # one of its sentences is remembered, and half a text is none
    assert {edit.field for edit in answer.changes} >= {"translations.de.title", "translations.de.values.Color.Green"}
    assert all(edit.checks for edit in answer.changes)


def test_what_nothing_knows_is_left_and_named_with_a_word_on_how_to_add_a_model(business: Business) -> None:
    remember(business, ("A light shirt for <1>warm days</1>.", "Une chemise légère."), target="fr")
    remember(business, ("Care: <1>wash at 30 °C</1>.", "Entretien : <1>laver à 30 °C</1>."), target="fr")
    answer = translated(business, product=SHIRT, into=["fr"], source="en")
    left = {one.field: one.why for one in answer.left}
    assert "The mark <1> is missing" in left["description"]
    assert "weft models add" in left["bullets"]
    assert "values.Size.M" not in left
    assert answer.changes == []


def test_taken_translations_come_from_the_memory_and_leave_it_when_undone(business: Business) -> None:
    put(business, SHIRT, {**SHIRT, "id": "twin"})
    remember(business, ("Linen shirt", "Leinenhemd"))
    answer = translated(business, product="shirt", into=["de"], fields=["title"])
    business.changes.propose([edit.model_dump() for edit in answer.changes], skill="translate")
    (change,) = business.changes.listed(Chosen(where="skill = translate"))
    business.changes.correct(change["id"], "Hemd aus Leinen")
    business.changes.apply(Chosen(ids=[change["id"]]))
    assert texts(translated(business, product="twin", into=["de"], fields=["title"])) == {"title": "Hemd aus Leinen"}
    business.changes.undo(Chosen(ids=[change["id"]]))
    assert texts(translated(business, product="twin", into=["de"], fields=["title"])) == {"title": "Leinenhemd"}


def test_what_write_said_in_the_language_is_no_translation_and_is_not_remembered(business: Business) -> None:
    put(business, SHIRT)
    answer = translated(business, product="shirt", into=["de"], fields=["description"])
    assert hows(answer) == {"description": "written"}
    business.changes.propose([edit.model_dump() for edit in answer.changes], skill="translate")
    (change,) = business.changes.listed(Chosen(where="skill = translate"))
    business.changes.correct(change["id"], "<p>Ein leichtes Hemd.</p>")
    business.changes.apply(Chosen(all=True))
    lessons.learn(business)
    assert business.memory.counted() == []


def test_html_that_was_taken_is_remembered_by_segment(business: Business) -> None:
    put(business, SHIRT)
    german = "<p>Leicht, für <strong>warme Tage</strong>.</p>\n<p>Pflege: <a href='/care'>bei 30 °C waschen</a>.</p>"
    fact = {"field": "description", "value": SHIRT["description"], "language": "en"}
    edit = {"record": "shirt", "field": "translations.de.description", "after": german, "facts": [fact]}
    business.changes.propose([edit], skill="translate")
    business.changes.approve(Chosen(all=True))
    business.changes.apply(Chosen(all=True))
    answer = translated(business, text="<div>A light shirt for <em>warm days</em>.</div>", source="en", into=["de"])
    assert texts(answer) == {"text": "<div>Leicht, für <em>warme Tage</em>.</div>"}


def test_a_translation_that_is_there_stands_until_its_source_changes(business: Business) -> None:
    put(business, SHIRT)
    remember(business, ("Linen shirt", "Leinenhemd"), ("Cotton shirt", "Baumwollhemd"))
    answer = translated(business, product="shirt", into=["de"], fields=["title"])
    business.changes.propose([edit.model_dump() for edit in answer.changes], skill="translate")
    business.changes.approve(Chosen(all=True))
    business.changes.apply(Chosen(all=True))
    again = translated(business, product="shirt", into=["de"], fields=["title"])
    assert (again.changes, again.left) == ([], [])
    assert "1 field has a translation already" in (again.note or "")
    business.changes.edit("shirt", {"title": "Cotton shirt"})
    (edit,) = translated(business, product="shirt", into=["de"], fields=["title"]).changes
    assert (edit.before, edit.after) == ("Leinenhemd", "Baumwollhemd")
    (edit,) = translated(business, product="shirt", into=["de"], fields=["title"], replace=True).changes
    assert edit.after == "Baumwollhemd"


def test_a_field_that_is_in_the_language_already_is_taken_over_and_flagged(business: Business) -> None:
    business.preferences.put("languages", {"main": "en", "others": ["de"]}, "test")
    german = "<p>Ein leichtes Hemd aus Leinen, das im Sommer angenehm zu tragen ist und sich gut waschen lässt.</p>"
    mixed = {**SHIRT, "description": german}
    english = {"attributes": {"note": "A light linen shirt that is pleasant to wear in the summer and easy to wash."}}
    answer = translated(business, product={**mixed, **english}, into=["de"], fields=["description", "attributes"])
    (taken,) = [one for one in answer.texts if one.field == "description"]
    assert (taken.text, taken.how) == (german, "unchanged")
    assert "German already" in taken.problems[0]
    assert [edit.field for edit in answer.changes] == ["translations.de.description"]
    assert [one.field for one in answer.left] == ["attributes.note"]


def test_a_text_in_several_languages_is_in_none_of_them_already(business: Business) -> None:
    business.preferences.put("languages", {"main": "en", "others": ["de", "fr"]}, "test")
    parts = (
        "A shirt of linen with two pockets at the front.",
        "Das Hemd hat zwei Taschen.",
        "La chemise a deux poches.",
    )
    mixed = {**SHIRT, "description": "".join(f"<p>{part}</p>" for part in parts)}
    answer = translated(business, product=mixed, into=["de", "fr"], fields=["title", "description"])
    assert answer.source == "en"
    assert not [one for one in answer.texts if one.how == "unchanged"]


def test_numbers_alone_are_put_in_where_that_is_sure() -> None:
    assert with_numbers("Pack of 6", "Pack of 4", "Packung mit 4 Stück", "de") == "Packung mit 6 Stück"
    assert with_numbers("Pack of 1", "Pack of 4", "Packung mit 4 Stück", "de") is None  # another plural form
    assert with_numbers("6 of 4", "4 of 6", "4 von 6", "de") == "6 von 4"
    assert with_numbers("Box of 6", "Pack of 4", "Packung mit 4", "de") is None
    assert with_numbers("5 and 6", "5 and 5", "5 und 5", "de") is None


def test_what_comes_near_but_for_numbers_is_used_and_nothing_else(business: Business) -> None:
    remember(business, ("Pack of 4 glasses", "Packung mit 4 Gläsern"))
    assert texts(translated(business, text="Pack of 6 glasses", source="en", into=["de"])) == {
        "text": "Packung mit 6 Gläsern"
    }
    assert translated(business, text="Pack of 6 plates", source="en", into=["de"]).texts == []
    remember(business, ("A warm scarf of merino wool", "Ein warmer Schal aus Merinowolle"))
    answer = translated(business, text="A warm shawl of merino wool", source="en", into=["de"])
    assert answer.texts == []
    assert "“A warm scarf of merino wool” is “Ein warmer Schal aus Merinowolle”" in answer.left[0].why


def test_a_memory_that_breaks_a_term_or_a_number_is_not_used(business: Business) -> None:
    remember(business, ("The shirt has 2 pockets", "Das Hemd hat 3 Taschen"), ("A fine shirt", "Ein feines Oberteil"))
    assert translated(business, text="The shirt has 2 pockets", source="en", into=["de"]).texts == []
    business.glossary.put([term("shirt", "Hemd")], "test")
    answer = translated(business, text="A fine shirt", source="en", into=["de"])
    assert answer.texts == []
    assert "glossary" in answer.left[0].why


def test_figures_and_measures_are_written_as_the_language_and_the_market_have_them(business: Business) -> None:
    def said(text: str, **more: Any) -> str:
        return texts(translated(business, text=text, source="en", into=["de"], **more))["text"]

    assert said("1,234.5 kg") == "1.234,5 kg"
    assert said("12 in x 8 in") == "12 Zoll x 8 Zoll"
    german = {"name": "Germany", "country": "DE", "language": "de", "units": "metric"}
    business.preferences.put("markets", [german, {"name": "Abroad", "units": "both"}], "test")
    assert said("12 in") == "30,5 cm"
    remember(business, ("Board, 12 in wide", "Brett, 12 Zoll breit"))
    assert said("Board, 12 in wide") == "Brett, 30,5 cm breit"
    assert said("Board, 12 in wide", market="abroad") == "Brett, 30,5 cm (12 Zoll) breit"
    with pytest.raises(InputError, match=r"no market 'Mars'.*Germany, Abroad"):
        said("12 in", market="Mars")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Tanjore Shirt", "Hemd Tanjore"),
        ("Tanjore Linen Shirt", "Hemd Tanjore aus Leinen"),
        ("Tanjore", "Tanjore"),
        ("A light shirt", ["A", "light"]),
        ("Ruffled Tanjore Shirt", ["Ruffled"]),
        ("Tanjore Brolly", ["Brolly"]),
        ("Tanjore 2-Person Tent", ["2-Person"]),
    ],
)
def test_a_title_is_translated_where_it_is_a_noun_and_names_and_else_left(
    business: Business, title: str, said: str | list[str]
) -> None:
    thing = {
        **BOOT,
        "title": title,
        "description": "<p>This brolly has a linen cover and two side pockets.</p>",
    }
    answer = translated(business, product=thing, source="en", into=["de"], fields=["title"])
    if isinstance(said, str):
        assert texts(answer) == {"title": said}
        assert hows(answer)["title"] == ("unchanged" if said == title else "written")
        assert [edit.after for edit in answer.changes] == [said] * (said != title)
    else:
        assert (answer.texts, answer.changes) == ([], [])
        assert ", ".join(f"“{word}”" for word in said) in answer.left[0].why


BOOT: dict[str, Any] = {
    "id": "boot",
    "title": "Tanjore boots",
    "description": "<p>Made of leather.</p>",
    "vendor": "Haus",
    "attributes": {"heel height": "0.2 in", "width": "12 in", "bullets": ["Leather", "12 in wide"]},
    "variants": [{"sku": "B-1", "price": 2900, "currency": "EUR"}],
}


def test_what_write_says_has_the_measures_of_the_market_too(business: Business) -> None:
    def said(**more: Any) -> str:
        answer = translated(business, product=BOOT, source="en", into=["de"], fields=["description", "bullets"], **more)
        assert set(hows(answer).values()) == {"written"}
        assert {edit.field: edit.after for edit in answer.changes} == {
            f"translations.de.{field}": text for field, text in texts(answer).items()
        }
        return "\n".join(texts(answer).values())

    assert "5,08 mm" in said(), "who speaks German measures so, where no market says otherwise"
    german = {"name": "Germany", "country": "DE", "language": "de", "units": "metric"}
    business.preferences.put("markets", [german, {"name": "Abroad", "units": "both"}], "test")
    metric = said()
    assert metric.count("5,08 mm") == metric.count("30,5 cm") == 2
    assert "Zoll" not in metric
    assert "5,08 mm (0,2 Zoll)" in said(market="Abroad")


def test_any_text_keeps_its_structure(business: Business) -> None:
    remember(business, ("Hello {name}", "Hallo {name}"), ("{count} items", "{count} Stück"), ("one item", "ein Stück"))
    assert texts(translated(business, text="Hello {name}", source="en", into=["de"])) == {"text": "Hallo {name}"}
    liquid = "{% if customer %}Hello {{ customer.name }}{% endif %}"
    remember(business, ("Hello {{ customer.name }}", "Hallo {{ customer.name }}"))
    assert texts(translated(business, text=liquid, source="en", into=["de"], format="liquid")) == {
        "text": "{% if customer %}Hallo {{ customer.name }}{% endif %}"
    }


def test_a_document_is_translated_as_a_text(business: Business) -> None:
    with business.transaction() as connection:
        business.things.put(
            connection,
            [{"kind": "document", "id": "care", "subject": "Care", "body": {"text": "Wash cold.", "language": "en"}}],
            "test",
        )
    remember(business, ("Care", "Pflege"), ("Wash cold.", "Kalt waschen."))
    answer = translated(business, document="care", into=["de"], source="en")
    assert texts(answer) == {"subject": "Pflege", "text": "Kalt waschen."}
    assert answer.changes == []
    with pytest.raises(NotFound, match="no document 'missing'"):
        translated(business, document="missing", into=["de"])


def test_languages_may_be_said_in_one_text_and_by_name(business: Business) -> None:
    remember(business, ("Hello", "Hallo"))
    remember(business, ("Hello", "Bonjour"), target="fr")
    for into in ("de,fr", ["de", "fr"], ["German, Französisch"], "deutsch, français"):
        answer = translated(business, text="Hello", source="English", into=into)
        assert {one.language: one.text for one in answer.texts} == {"de": "Hallo", "fr": "Bonjour"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"text": "Hello"}, "into which languages"),
        ({"text": "Hello", "into": ["xx"]}, "no language 'xx'"),
        ({"text": "Hello", "into": ["Germn"]}, "Did you mean de"),
        ({"text": "Hello", "into": ["de"], "source": "??"}, "no language"),
        ({"text": "  ", "into": ["de"]}, "empty"),
        ({"text": "{count, plural, one {x", "into": ["de"], "format": "icu"}, "ICU|brace|message"),
        ({"product": "missing", "into": ["de"]}, "missing"),
    ],
)
def test_bad_requests_get_a_sentence(business: Business, asked: dict[str, Any], said: str) -> None:
    with pytest.raises((InputError, NotFound), match=said):
        translated(business, **asked)
    with pytest.raises(InputError, match="say what to translate"):
        skills.requested(skills.named("translate"), {})


def test_names_that_a_taxonomy_renders_in_two_ways_are_left(business: Business) -> None:
    told = aligned.load(business, EN.encode(), "names.txt", "en", "test")
    assert (told["language"], told["read"]) == ("en", 8)
    aligned.load(business, DE.encode(), "names_de.txt", None, "test")
    terms = aligned.between(business, "en-GB", "de")
    assert terms.of("apparel  > clothing > SHIRTS") == "Bekleidung > Kleidung > Hemden"
    assert terms.of("Bases") is None
    assert terms.of("Light") is None
    assert terms.of("Light", "Weight") == "Leicht"
    assert aligned.between(business, "de", "en").of("Hemden") == "Shirts"
    assert len(aligned.between(business, "en", "fr")) == 0
    assert [one["language"] for one in aligned.listed(business)] == ["de", "en"]
    assert aligned.forget(business, "de") == 1
    with pytest.raises(NotFound):
        aligned.forget(business, "de")
    with pytest.raises(InputError, match="Say in which language"):
        aligned.load(business, EN.encode(), "names.txt", None, "test")
    with pytest.raises(InputError, match="Line 1"):
        aligned.load(business, b"a,b,c", "names.en.csv", None, "test")


def test_the_aligned_names_of_a_whole_taxonomy_come_out_as_they_are_published(business: Business, data: Path) -> None:
    folder = data / "taxonomy"
    for kind, language in [("categories", "en"), ("attributes", "en"), ("categories", "ja"), ("attributes", "fr")]:
        file = folder / f"shopify_{kind}.{language}.txt.gz"
        aligned.load_file(business, file, file.name, None, "test")
    names = aligned.between(business, "en", "ja")
    assert len(names) > 10_000
    product = {"id": "x", "title": "1", "type": "Animals & Pet Supplies > Pet Supplies > Pet Beds > Nests"}
    answer = translated(business, product=product, into=["ja"], source="en")
    assert texts(answer) == {"type": "ペット・ペット用品 > ペット用品 > ペット用ベッド > ネスト"}
    assert texts(translated(business, text="Blade type", source="en", into=["fr"])) == {"text": "Type de lame"}


def test_a_run_translates_all_remembers_its_answers_and_one_text_more_makes_nothing_stale(business: Business) -> None:
    put(business, *({**SHIRT, "id": f"shirt-{number}"} for number in range(5)))
    remember(business, ("Linen shirt", "Leinenhemd"))
    first = run(business, into=["de"], source="en", fields=["title"])
    assert (first["changes"], first["failed"]) == (5, 0)
    business.changes.approve(Chosen(where="record = shirt-0"))
    business.changes.apply(Chosen(where="record = shirt-0"))
    mark = lessons.learn(business)
    second = run(business, into=["de"], source="en", fields=["title"])
    assert (second["made"], second["remembered"]) == (1, 4)
    remember(business, ("Loose fit", "Lockerer Schnitt"))
    assert lessons.learn(business) != mark
    business.glossary.put([Term.model_validate({"source": "Haus"})], "test")
    assert run(business, into=["de"], source="en", fields=["title"])["remembered"] == 0


@pytest.mark.skipif(apertium.mode("en", "es") is None, reason="Apertium is not installed with English and Spanish")
def test_apertium_gives_the_gist_which_nobody_applies_unseen(business: Business) -> None:
    answer = translated(business, product=SHIRT, into=["es"], source="en", fields=["description"])
    (text,) = answer.texts
    assert (text.how, text.gist) == ("apertium", True)
    assert "<strong>" in text.text
    assert "camisa" in text.text.lower()
    (edit,) = answer.changes
    assert (edit.confidence or 1) <= 0.2
    assert next(check for check in edit.checks if check["name"] == "gist")["ok"] is False


def test_without_apertium_nothing_is_missing_but_its_gist(business: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert apertium.mode("en", "es") is None
    assert translated(business, text="A light shirt", source="en", into=["es"]).left[0].field == "text"
