"""The skills `search` and `suggest`: products found by words and by meaning, and what is being typed finished."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from weft.ids import uuid7_text
from weft.index.card import Card
from weft.index.wanted import Wanted
from weft.skill import Answer, Changes, Skill
from weft.store.merchandising import Dials, Rule

LONGEST = 1000
Order = Literal["relevance", "price", "-price", "title", "-title", "stock", "-stock"]
Stock = Literal["last", "hide", "any"]


class Search(BaseModel):
    """What a shopper looks for in the catalog, and how the answer is to be."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(default="", max_length=LONGEST, description="What was typed; nothing finds all products.")
    filters: dict[str, Wanted] = Field(
        default_factory=dict,
        max_length=50,
        description="What must hold, by name: a value, a list of which one must hold, or `{min, max}` for `price` and `stock`. "
        "Names are `vendor`, `category`, `type`, `tags`, `price` (as it is written: 19.99), `stock`, `id`, and every attribute and option.",
        examples=[{"vendor": "Acme", "Color": ["Red", "Blue"], "price": {"max": 50}}],
    )
    exclude: dict[str, Wanted] = Field(
        default_factory=dict, max_length=50, description="The same for what must not hold."
    )
    facets: list[str] | None = Field(
        default=None, max_length=50, description="Whose values are counted; all that matter if not said, none if empty."
    )
    sort: Order = Field(default="relevance", description="The order; a minus is falling.")
    limit: int = Field(default=20, ge=0, le=250)
    offset: int = Field(default=0, ge=0, le=10_000)
    explain: bool = Field(
        default=False, description="Say of each hit why it was found and why it stands where it does."
    )
    without: list[str] = Field(
        default_factory=list,
        max_length=50,
        description="Demands of the query to leave out, by their `text` in `understood`.",
    )
    stock: Stock = Field(
        default="last",
        description="What is sold out: behind what fits as well, and last where hits are sorted; not at all; or as all others.",
    )
    like: str | None = Field(default=None, description="The id of a product: find others like it.")
    typing: bool = Field(default=False, description="The last word is still being typed.")


class Moved(BaseModel):
    """What moved a hit beside its fitting: a rule of the merchant's, or a dial."""

    kind: str = Field(description="pin, boost, bury or dial.")
    name: str = Field(default="", description="The rule's name, or the dial's signal.")
    rule: str | None = Field(default=None, description="The rule's id.")
    times: float | None = Field(default=None, description="What the rule multiplied the score by.")
    value: float | None = Field(default=None, description="The product's signal, from 0 to 1.")
    says: str


class Explanation(BaseModel):
    """Why a hit stands where it does: numbers that make up its score, and a sentence."""

    words: float = Field(description="The score of its words, as a share of the best product's.")
    meaning: float = Field(description="The cosine between what was typed and what it is, 0 where that is not known.")
    whole: float = Field(default=0.0, description="What it gets for saying enough of the words.")
    stock: float = Field(description="What its stock leaves of its score.")
    times: float = Field(default=1.0, description="What rules and dials multiplied its score by.")
    moved: list[Moved] = Field(default_factory=list, description="The rules and dials that did.")
    reranked: float | None = Field(
        default=None,
        description="How well a model of the route `rerank` says that it fits, from 0 for the worst of the first hits to 1.",
    )
    matched: dict[str, list[str]] = Field(description="The words that it says, by the field in which they stand.")
    missing: list[str] = Field(description="The words that it does not say.")
    says: str


class Hit(Card):
    """A product that was found."""

    variants: list[dict[str, Any]] = Field(
        default_factory=list, description="The variants that are meant, the best first."
    )
    highlights: dict[str, str] = Field(
        default_factory=dict, description="Texts with what was found between <mark> and </mark>, safe as HTML."
    )
    why: Explanation | None = None


class Demand(BaseModel):
    """Something that the query demands; `text` in `without` takes it back."""

    kind: str
    text: str
    says: str
    values: list[str] = Field(default_factory=list)
    min: int | None = None
    max: int | None = None
    currency: str | None = Field(default=None, description="Of a price, whose bounds are in its minor units.")


class Read(BaseModel):
    """A word that was read as another."""

    word: str
    read: str
    why: str


class Understanding(BaseModel):
    """How the query was understood."""

    query: str
    language: str | None = Field(default=None, description="The language of the query, where it has words.")
    corrected: str | None = Field(default=None, description="The query as it was read, where words were mended.")
    words: list[str] = Field(default_factory=list)
    constraints: list[Demand] = Field(
        default_factory=list, description="What the query demands; all of it holds of every hit."
    )
    removed: list[Demand] = Field(default_factory=list, description="What it would demand, had it not been left out.")
    read: list[Read] = Field(default_factory=list)
    category: str | None = Field(default=None, description="The category that the best hits are in.")
    missing: int = Field(default=0, description="How many of the words a hit may lack, because none has all of them.")
    meaning: bool = Field(default=False, description="Whether meaning was compared as well as words.")
    reranked: str | None = Field(
        default=None, description="The model that put the first hits in order, as provider/model."
    )


class Value(BaseModel):
    """A value of a facet and how many of the hits have it."""

    value: str
    count: int


class Ruling(BaseModel):
    """A rule that held for a search."""

    id: str | None
    kind: str
    name: str
    says: str
    searches: str = Field(description="Which searches it is for.")


class Results(Answer):
    """The hits of a page, how many there are in all, and how the query was understood."""

    query_id: str = Field(
        default_factory=uuid7_text, description="By what behaviors, such as a click, name this answer."
    )
    hits: list[Hit] = Field(default_factory=list)
    total: int = 0
    facets: dict[str, list[Value]] = Field(default_factory=dict)
    price_range: dict[str, Any] | None = None
    understood: Understanding
    did_you_mean: str | None = None
    redirect: str | None = Field(default=None, description="Where a rule leads this search instead.")
    rules: list[Ruling] = Field(default_factory=list, description="The rules that held, where `explain` asks for them.")


class Section(Value):
    """A part of the catalog and how many products are in it."""

    name: str = Field(default="category", description="The filter whose value it is: `category` or `type`.")


class Suggest(BaseModel):
    """What has been typed so far."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(max_length=LONGEST)
    limit: int = Field(default=6, ge=1, le=50, description="How many of each kind.")


class Named(BaseModel):
    """A product that is suggested."""

    id: str
    title: str
    image: str | None = None
    price: dict[str, Any] | None = None


class Suggestions(Answer):
    """Queries, categories and products that what was typed may become."""

    query_id: str = Field(
        default_factory=uuid7_text, description="By what behaviors, such as a click, name this answer."
    )
    queries: list[str] = Field(default_factory=list)
    categories: list[Section] = Field(default_factory=list)
    products: list[Named] = Field(default_factory=list)


class Preview(BaseModel):
    """Rules and dials as they might be, and the searches to try them on."""

    model_config = ConfigDict(extra="forbid")

    queries: list[Annotated[str, Field(max_length=LONGEST)]] = Field(
        default_factory=list, max_length=50, description="The searches; those of most people if none is named."
    )
    rules: list[Rule] = Field(
        default_factory=list, max_length=200, description="Rules that would be made, or, with an id, changed."
    )
    without: list[str] = Field(default_factory=list, max_length=200, description="Ids of rules that would be gone.")
    dials: Dials | None = Field(default=None, description="The dials as they would be; as they are if not said.")
    filters: dict[str, Wanted] = Field(default_factory=dict, max_length=50, description="As in a search.")
    days: int = Field(default=30, ge=1, le=730, description="Over how many days people's searches are counted.")
    depth: int = Field(default=20, ge=1, le=100, description="How many hits of each search are compared.")


class Move(BaseModel):
    """A product that would stand at another place; null is beyond what is compared."""

    id: str
    title: str
    before: int | None
    after: int | None
    why: list[str] = Field(default_factory=list, description="The rules and dials that move it, the strongest first.")
    says: str


class Previewed(BaseModel):
    """What would become of one search."""

    query: str
    times: int | None = Field(description="How often people searched for it, where that was looked up.")
    changed: bool
    total_before: int
    total_after: int
    redirect_before: str | None
    redirect_after: str | None
    moves: list[Move]
    rules: list[Ruling] = Field(description="The rules that would hold.")


class Previews(Answer):
    """What would move in each search, and in how many anything would."""

    searches: list[Previewed]
    changed: int


PREVIEW = Skill(
    name="search-preview",
    does="Tells what rules and dials would move, before they are saved",
    asks=Preview,
    answers=Previews,
    local="weft.skills.search.preview:previewed",
    seconds=60,
)
"""Asked through the API, the command line and the console where rules are; it is no skill on its own."""


class DoubtsAsked(BaseModel):
    """Rules that are to be looked at."""

    rules: list[Rule]


class Doubts(Answer):
    """What of them says nothing in the catalog as it is, a sentence each."""

    doubts: list[str] = Field(default_factory=list)


DOUBTS = Skill(
    name="search-doubts",
    does="Tells what of rules nothing in the catalog is",
    asks=DoubtsAsked,
    answers=Doubts,
    local="weft.skills.search.doubts:doubted",
    seconds=30,
)
"""Asked wherever rules are saved."""


class UnmetAsked(BaseModel):
    """Over which time, and how many demands at most."""

    model_config = ConfigDict(extra="forbid")

    days: int = Field(default=28, ge=1, le=3_650, description="The last so many days with behaviors.")
    limit: int = Field(default=50, ge=1, le=500, description="How many at most, those of most people first.")
    people: int = Field(default=2, ge=1, le=1_000, description="How many people have to agree on what is proposed.")


class Tried(BaseModel):
    """A query that people put in the place of one that failed, and that led to something."""

    query: str
    people: int


class TakenAfter(BaseModel):
    """A product that people took after a search that failed."""

    id: str
    title: str
    people: int
    bought: int = 0


class NearBy(BaseModel):
    """A product that is nearest to what was looked for; `lacks` are the words that it does not say."""

    id: str
    title: str
    meaning: float = Field(
        description="The cosine between what was looked for and what it is, 0 where that is not known."
    )
    lacks: list[str] = Field(default_factory=list)


class Synonyms(BaseModel):
    """Words that mean the same here, as a rule says it: who types one of `typed` is to find `words` as well."""

    typed: list[str]
    words: list[str]
    people: int = Field(description="How many people put the one in the place of the other.")
    says: str


class UnmetDemand(BaseModel):
    """Something that people looked for and did not get, all its spellings together."""

    query: str
    spellings: list[str] = Field(default_factory=list, description="How else it was typed.")
    people: int
    times: int
    found_nothing: int
    not_clicked: int
    last: datetime | None = None
    why: Literal["attribute", "synonym", "nothing", "not-taken", "met"] = Field(
        description="What is amiss: products that it means do not say so where it is looked for, other words are used here, "
        "no product meets it, products that meet it are not clicked, or nothing is any more."
    )
    says: str
    meets: int = Field(default=0, description="How many of the best hits say all of it by now.")
    instead: list[Tried] = Field(default_factory=list)
    took: list[TakenAfter] = Field(default_factory=list)
    nearest: list[NearBy] = Field(default_factory=list)


class Unmet(Changes):
    """What people looked for and did not get, and what would mend it: words for the rules, and attributes as changes."""

    demands: list[UnmetDemand] = Field(default_factory=list)
    synonyms: list[Synonyms] = Field(default_factory=list)


skill = (
    Skill(
        name="search",
        does="Finds products by what people type, with filters, facets and reasons",
        asks=Search,
        answers=Results,
        local="weft.skills.search.answers:searched",
        seconds=30,
        public=True,
        private=("explain", "filters.stock", "exclude.stock", "sort.stock", "sort.-stock"),
        shown="weft.skills.search.shown:shown",
    ),
    Skill(
        name="suggest",
        does="Suggests queries, categories and products while someone is typing",
        asks=Suggest,
        answers=Suggestions,
        local="weft.skills.search.suggestions:suggested",
        seconds=30,
        public=True,
    ),
    Skill(
        name="unmet",
        does="Finds what people looked for and did not get, and proposes what would mend it",
        asks=UnmetAsked,
        answers=Unmet,
        local="weft.skills.search.unmet:unmet",
        writes="catalog",
        long=True,
        seconds=600,
    ),
)
