"""What translations rest on beside the product: languages, voice and markets, the glossary, a taxonomy's names, the memory."""

from weft import examples
from weft.business import Business
from weft.skills.translate import Translate, aligned, lessons, prompting, written

_SECTIONS = ("languages", "markets", "voice")


def rests_on(_: Translate, business: Business) -> str:
    """The digests as a text; what people took since the last time comes into the memory first."""
    return " ".join(
        (
            f"preferences={business.preferences.digest(*_SECTIONS)}",
            f"glossary={business.glossary.digest()}",
            f"taxonomy={aligned.digest(business)}",
            f"memory={lessons.learn(business)}",
            f"write={written.rests_on(business)}",
        )
    )


def model_rests_on(_: Translate, business: Business) -> str:
    """The digests of the prompt, and of the examples in it."""
    return f"prompt={prompting.digest()} examples={examples.digest(business, 'translate')}"
