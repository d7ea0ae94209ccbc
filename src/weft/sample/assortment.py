"""What the sample shop Fjordlight carries: kinds of goods, brands, series, colors, and how people misspell them."""

from typing import Final

from weft.sample.clothing import CLOTHING
from weft.sample.gear import GEAR
from weft.sample.household import HOUSEHOLD
from weft.sample.kinds import Kind

KINDS: Final[tuple[Kind, ...]] = (*GEAR, *CLOTHING, *HOUSEHOLD)
PER_KIND: Final = 16
DUPLICATES: Final = 24

BRANDS: Final[dict[str, tuple[str, ...]]] = {
    "camp": ("Fjordlight", "Nordkamm", "Tarnfell", "Saltmarsh Supply"),
    "wear": ("Fjordlight", "Havnel", "Tarnfell", "Fennwick"),
    "kitchen": ("Fjordlight", "Ember Yard", "Loom & Larder"),
    "home": ("Fjordlight", "Loom & Larder", "Fennwick", "Grovehand"),
}
BRAND_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "Fjordlight": ("fjordlight", "Fjord Light", "FJORDLIGHT"),
    "Nordkamm": ("NORDKAMM", "Nord Kamm", "Nordkam"),
    "Tarnfell": ("Tarnfell Works", "TARNFELL", "Tarn Fell"),
    "Saltmarsh Supply": ("Saltmarsh", "Salt Marsh Supply", "Saltmarsh Supply Co."),
    "Havnel": ("HAVNEL", "Havnel ApS", "Havnell"),
    "Fennwick": ("Fenwick", "FENNWICK", "Fennwick Ltd"),
    "Ember Yard": ("EmberYard", "Ember Yard GmbH", "ember yard"),
    "Loom & Larder": ("Loom and Larder", "LOOM & LARDER", "Loom&Larder"),
    "Grovehand": ("Grove Hand", "grovehand", "Grovehand Studio"),
}

SERIES: Final = (
    *("Skarv", "Lyng", "Tindra", "Myrull", "Havre", "Bris", "Alke", "Vidde", "Granskog", "Furu", "Hegg", "Rogn"),
    *("Mosebekk", "Lomvi", "Sund", "Elvekant", "Fossfall", "Rimfrost", "Storvik", "Holme", "Skjær", "Kvist", "Løvfall"),
    *("Bjørk", "Tåke", "Måne", "Blåbær", "Østvind", "Nattlys", "Steinrand", "Vårdag", "Høst", "Drivved", "Strandeng"),
)

COLOR_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "Black": ("blk", "BLACK", "black ", "Blk."),
    "Navy": ("Navy Blue", "NAVY", "nvy", "navy"),
    "Moss": ("Moss Green", "MOSS", "moss"),
    "Sand": ("SAND", "sand", "Sand/Beige"),
    "White": ("wht", "WHITE", "Whtie"),
    "Slate": ("slate", "Slate Grey", "SLATE"),
    "Rust": ("rust", "Rust Red", "RUST"),
    "Cream": ("cream", "Creme", "CREAM"),
    "Ember Orange": ("Ember", "orange (ember)", "EMBER ORANGE"),
    "Blush": ("blush", "Blush Pink", "BLUSH"),
    "Brown": ("brn", "BROWN", "brown"),
}
SIZE_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "XS": ("Xs", "X-Small"),
    "S": ("Small", "s"),
    "M": ("Medium", "m", "Med"),
    "L": ("Large", "l"),
    "XL": ("X-Large", "xl", "Xl"),
    "XXL": ("2XL", "xxl"),
    "Regular": ("regular", "Reg."),
    "Long": ("long", "LONG"),
    "Wide": ("wide", "WIDE"),
}

CLOSERS: Final[dict[str, tuple[str, ...]]] = {
    "camp": ("Repaired in our workshop if it ever needs to be.", "Tested by us on the coast, in the rain, on purpose."),
    "wear": ("If the size is wrong, we exchange it free of charge.", "Buttons, zips and seams are repairable."),
    "kitchen": ("Made to be used every day and handed on.", "Packed in paper, without plastic."),
    "home": ("Goes with everything that is not trying too hard.", "Packed in paper, without plastic."),
}
ORIGINS: Final = ("PT", "DE", "DK", "PL", "LT", "IT", "VN", "IN")
