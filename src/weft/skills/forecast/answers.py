"""The skill `forecast`: what was asked for found, forecast (or taken from what is kept), and told."""

from collections.abc import Mapping

from weft.business import Business
from weft.errors import InputError, NotFound
from weft.skill import product_of
from weft.skills.forecast import Expect, Expectation, history, many, one
from weft.skills.forecast.history import Ground


def rests_on(asked: Expect, business: Business) -> str:
    """What an answer rests on beside the product: the sales through which day, and how many orders there are."""
    del asked
    known = history.sold_by_day(business)
    return f"forecast={history.FORM} today={known.today()} orders={business.sales.orders()}"


def expected(asked: Expect, business: Business) -> Expectation:
    """The answer; raises NotFound for what there is not, InputError for what cannot be told apart."""
    known = history.ground(business)
    if known is None:
        return _nothing_sold(asked, business)
    if asked.product is not None or asked.variant is not None:
        return _product(asked, business, known)
    return many.expected(asked, business, known)


def _product(asked: Expect, business: Business, known: Ground) -> Expectation:
    product, variant = asked.product, asked.variant
    if product is None and variant is not None:
        product = _with_sku(variant, business)
    if isinstance(product, Mapping):
        said = product_of(dict(product), business)
        if not _is_known(said["id"], business, known):
            return one.unsold(asked, said, business, known)
        product = said["id"]
    assert isinstance(product, str)
    if not _is_known(product, business, known):
        return one.unsold(asked, product_of(product, business), business, known)
    return one.expected(asked, product, business, known)


def _with_sku(sku: str, business: Business) -> str:
    """The product that has a variant of that SKU; raises NotFound, InputError where several have."""
    found = business.catalog.with_sku(sku)
    if not found:
        raise NotFound(f"There is no variant {sku!r}.")
    if len(found) > 1:
        raise InputError(f"{len(found):,} products have a variant {sku!r} ({', '.join(found[:3])}); say which product.")
    return found[0]


def _is_known(product: str, business: Business, known: Ground) -> bool:
    return bool(history.sold_by_day(business).digests(known.first, known.through, [product]))


def _nothing_sold(asked: Expect, business: Business) -> Expectation:
    """The answer where nothing was ever sold; raises NotFound for a product that there is not."""
    if isinstance(asked.product, str):
        product_of(asked.product, business)
    today = history.sold_by_day(business).today()
    return Expectation(
        today=today, note="Nothing was sold yet that a forecast could rest on: import orders first.", forecasts=[]
    )
