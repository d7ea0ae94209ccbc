"""Pictures drawn for products of the storefront that is looked at without the internet: a shape of their kind, in their color."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

# Shapes on a square of 120: what is filled with the color, and what is drawn over it in a darker tone.
_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "hat": ("M30 78c0-28 12-44 30-44s30 16 30 44z", "M26 76h68v14H26zM60 34a6 6 0 1 0 0-12 6 6 0 0 0 0 12z"),
    "sock": ("M44 20h28v42l20 20c8 8 2 20-10 20-6 0-10-2-14-6L48 76c-3-3-4-6-4-10z", "M44 20h28v12H44z"),
    "bottle": ("M44 44c0-8 6-10 6-16h20c0 6 6 8 6 16v54c0 4-3 6-6 6H50c-3 0-6-2-6-6z", "M48 16h24v12H48zM44 62h32v16H44z"),
    "pole": ("M40 18l6-2 28 82-6 2zM80 18l-6-2-28 82 6 2z", "M36 16l12-4 4 14-12 4zM84 16l-12-4-4 14 12 4z"),
    "apron": ("M46 26h28l4 22 14 6-6 48H34l-6-48 14-6z", "M46 62h28v20H46zM46 26c0-14 28-14 28 0h-4c0-9-20-9-20 0z"),
    "jacket": ("M44 24l16 8 16-8 20 12-6 54H78v12H42V90H30l-6-54z", "M58 32h4v70h-4zM44 24l16 14 16-14-16 6z"),
    "shirt": ("M44 26c6 8 26 8 32 0l22 12-8 20-10-4v46H40V54l-10 4-8-20z", "M44 26c6 12 26 12 32 0l-5-2c-4 7-18 7-22 0z"),
    "mug": ("M30 36h48v46c0 10-6 16-14 16H44c-8 0-14-6-14-16z", "M78 46h8c10 0 14 6 14 14s-6 16-18 16h-4v-8h4c6 0 10-3 10-8s-2-6-6-6h-8z"),
    "chair": ("M34 24h52l-4 40H38z", "M30 64h60v8H30zM36 72h7l-6 32h-7zM77 72h7l6 32h-7z"),
    "bag": ("M40 22h40c10 0 14 8 14 20v50c0 8-6 12-14 12H40c-8 0-14-4-14-12V42c0-12 4-20 14-20z", "M38 62h44v26H38zM50 22c0-14 20-14 20 0h-6c0-6-8-6-8 0z"),
    "sleeping": ("M38 18h44c6 0 10 4 10 10v56c0 12-10 20-32 20S28 96 28 84V28c0-6 4-10 10-10z", "M42 18h36c4 18-6 28-18 28S38 36 42 18zM58 46h4v58h-4z"),
    "tent": ("M60 24l46 74H14z", "M60 24l22 74H42zM60 50l14 48H46z"),
    "fold": ("M22 40h76v16H22zM22 60h76v16H22zM22 80h76v16H22z", "M22 40h14v16H22zM22 60h14v16H22zM22 80h14v16H22z"),
    "lamp": ("M42 22h36l16 38H26z", "M56 60h8v34h-8zM40 94h40v8H40z"),
    "lantern": ("M40 42h40v48H40z", "M36 34h48v8H36zM36 90h48v10H36zM46 34c0-24 28-24 28 0h-6c0-14-16-14-16 0zM56 52h8v28h-8z"),
    "board": ("M32 34h56c4 0 6 2 6 6v52c0 4-2 6-6 6H32c-4 0-6-2-6-6V40c0-4 2-6 6-6z", "M52 14h16v20H52zM36 50h48v4H36zM36 66h48v4H36zM36 82h48v4H36z"),
    "cushion": ("M24 28c24 8 48 8 72 0-6 22-6 42 0 64-24-8-48-8-72 0 6-22 6-42 0-64z", "M36 40c16 5 32 5 48 0-4 14-4 26 0 40-16-5-32-5-48 0 4-14 4-26 0-40z"),
    "torch": ("M38 44h44c6 0 10 4 10 10v22c0 6-4 10-10 10H38c-6 0-10-4-10-10V54c0-6 4-10 10-10z", "M12 54h16v8H12zM92 54h16v8H92zM60 51a14 14 0 1 0 0 28 14 14 0 0 0 0-28z"),
    "stove": ("M30 60h60v32H30z", "M24 50h72v8H24zM36 92h10v12H36zM74 92h10v12H74zM60 68a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM60 18c8 10 12 14 12 20s-5 10-12 10-12-4-12-10 4-10 12-20z"),
    "rug": ("M20 30h80v60H20z", "M28 38h64v44H28zM16 30h4v60h-4zM100 30h4v60h-4zM44 48h32v24H44z"),
    "boot": ("M40 18h30v46l26 12c6 3 8 8 8 14H36V70z", "M36 90h68v10H36zM40 18h30v10H40zM56 44h16v5H56zM56 54h16v5H56z"),
    "hammock": ("M10 40c16 50 84 50 100 0-14 64-86 64-100 0z", "M8 30h6v66H8zM106 30h6v66h-6z"),
    "candle": ("M40 50h40v52H40z", "M58 38h4v12h-4zM60 12c8 10 10 14 10 18s-4 9-10 9-10-5-10-9 2-8 10-18zM40 62h40v6H40z"),
    "glove": ("M38 52V30c0-8 12-8 12 0V22c0-8 12-8 12 0v6c0-8 12-8 12 0v8c0-8 12-8 12 0v34c0 20-6 30-24 30-14 0-20-6-26-18l-10-20c-4-8 6-14 12-6z", "M44 88h38v16H44z"),
    "knife": ("M20 60C40 40 66 28 74 30v34H24z", "M74 34h28c4 0 6 3 6 8v10c0 5-2 8-6 8H74z"),
    "pan": ("M16 54h64v20c0 10-8 16-18 16H34c-10 0-18-6-18-16z", "M12 48h72v8H12zM84 50h28v8H84z"),
    "pot": ("M26 52h68v32c0 10-6 16-16 16H42c-10 0-16-6-16-16z", "M22 44h76v10H22zM52 34h16v10H52zM14 60h12v8H14zM94 60h12v8H94z"),
    "box": ("M24 44l36-18 36 18v40l-36 18-36-18z", "M24 44l36 18 36-18-36-18zM58 62h4v40h-4z"),
}  # fmt: skip
# The first of these that a product's type or title says.
_WORDS: Final = (
    ("hat", "beanie hat cap"), ("sock", "sock"), ("bottle", "bottle flask thermos"), ("pole", "pole"), ("apron", "apron"),
    ("shirt", "t-shirt shirt tee base layer top"), ("jacket", "jacket fleece coat shell parka hoodie sweater"),
    ("stove", "stove burner"), ("mug", "mug cup"), ("pot", "dutch oven casserole cookware pot kettle"),
    ("pan", "skillet pan"), ("chair", "chair stool seat"), ("sleeping", "sleeping bag"), ("tent", "tent"),
    ("fold", "throw blanket towel duvet pad mat quilt linen"), ("torch", "headlamp torch flashlight"), ("lantern", "lantern"),
    ("lamp", "lamp light"), ("board", "board"), ("cushion", "cushion pillow"), ("rug", "rug carpet"),
    ("boot", "boot shoe sneaker sandal"), ("hammock", "hammock"), ("candle", "candle"), ("glove", "glove mitten"),
    ("knife", "knife knives"), ("bag", "backpack bag daypack pack"),
)  # fmt: skip
_COLORS: Final[Mapping[str, str]] = {
    "moss": "#6b7f4f", "slate": "#64748b", "navy": "#2f4468", "black": "#3a3d40", "rust": "#b3562f", "sand": "#cdb58a",
    "cream": "#e6d9bd", "white": "#e8e8e4", "ember": "#e2703a", "blush": "#dea3a0", "brown": "#7d5a40", "blue": "#4673b5",
    "green": "#4d8a5f", "red": "#b8443d", "orange": "#df7b33", "yellow": "#dbb23c", "grey": "#8b9196", "gray": "#8b9196",
    "pink": "#d98aa5", "purple": "#7f62a8", "silver": "#b3bac0", "gold": "#c2a14a", "steel": "#9aa5ac", "oak": "#b98d5a",
    "copper": "#b06a42", "brass": "#b8964f", "bamboo": "#c9b075", "wool": "#b9a58c", "linen": "#cbbb9c", "iron": "#4a4f54",
}  # fmt: skip


def drawn(product: Mapping[str, Any]) -> str:
    """An SVG picture of a product, the same each time."""
    fill, over = _SHAPES[_shape(product)]
    digest = hashlib.sha256(str(product["id"]).encode("utf-8", "replace")).digest()
    color = _color(product) or f"hsl({digest[0] * 360 // 256} 30% 52%)"
    ground = f"hsl({digest[1] * 360 // 256} 26% 93%)"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-30 -30 180 180"><path fill="{ground}" d="M-30-30h180v180H-30z"/>'
        f'<ellipse cx="60" cy="112" rx="52" ry="7" fill="#000" opacity=".09"/><path fill="{color}" d="{fill}"/>'
        f'<path fill="{color}" d="{over}"/><path d="{over}" fill="#000" opacity=".24"/></svg>'
    )


def _shape(product: Mapping[str, Any]) -> str:
    for text in (product.get("type"), product.get("category"), product.get("title")):
        said = str(text or "").rpartition(">")[2].lower()
        for shape, words in _WORDS:
            if any(word in said for word in words.split()):
                return shape
    return "box"


def _color(product: Mapping[str, Any]) -> str | None:
    attributes: Mapping[str, Any] = product.get("attributes") or {}
    options = [value for one in product.get("variants") or () for value in (one.get("options") or {}).values()]
    said = [*options, *(attributes.get(name) for name in ("color", "Color", "material")), product.get("title")]
    for text in said:
        for word in re.findall(r"[a-z]+", str(text or "").lower()):
            if word in _COLORS:
                return _COLORS[word]
    return None
