"""A business's own settings over HTTP: its voice, its languages, its markets, what it may claim."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from weft.store.merchandising import Dials
from weft.store.preferences import Claims, Languages, Markets, Retention, Searched, Voice
from weft.surfaces.rest.callers import Approver, Caller, Reader
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES

router = APIRouter(prefix="/settings", responses=RESPONSES, tags=["settings"], route_class=IdempotentRoute)
Section = Literal["voice", "languages", "markets", "claims", "search", "behaviors", "index"]


class BusinessSettings(BaseModel):
    """How the business speaks and to whom; a section that nobody set has its defaults."""

    voice: Voice
    languages: Languages
    markets: Markets
    claims: Claims
    search: Dials
    behaviors: Retention
    index: Searched


def _shown(caller: Caller) -> BusinessSettings:
    return BusinessSettings.model_validate(caller.business.preferences.shown())


def _put(caller: Caller, section: Section, value: BaseModel) -> BusinessSettings:
    caller.business.preferences.put(section, value, caller.who.name)
    return _shown(caller)


@router.get("")
def show_settings(caller: Reader) -> BusinessSettings:
    """All sections: voice, languages, markets, claims, search, behaviors, index."""
    return _shown(caller)


@router.put("/voice")
def voice(asked: Voice, caller: Approver) -> BusinessSettings:
    """Set how texts sound, as a whole: what is left out has its default."""
    return _put(caller, "voice", asked)


@router.put("/languages")
def languages(asked: Languages, caller: Approver) -> BusinessSettings:
    """Set the main language and the others, as a whole."""
    return _put(caller, "languages", asked)


@router.put("/markets")
def markets(asked: Markets, caller: Approver) -> BusinessSettings:
    """Set all markets, in place of those that there are."""
    return _put(caller, "markets", asked)


@router.put("/claims")
def claims(asked: Claims, caller: Approver) -> BusinessSettings:
    """Set what texts may and may not claim, as a whole."""
    return _put(caller, "claims", asked)


@router.put("/search")
def search(asked: Dials, caller: Approver) -> BusinessSettings:
    """Set the dials of search and recommendations, as a whole: one that is left out is off."""
    return _put(caller, "search", asked)


@router.put("/behaviors")
def behaviors(asked: Retention, caller: Approver) -> BusinessSettings:
    """Set after how many days behaviors are deleted; it is looked after once a day."""
    return _put(caller, "behaviors", asked)


@router.put("/index")
def index(asked: Searched, caller: Approver) -> BusinessSettings:
    """Set which columns of imported files are searched, as a whole; the index is built anew."""
    return _put(caller, "index", asked)


@router.delete("/{section}")
def reset_settings(section: Section, caller: Approver) -> BusinessSettings:
    """Put a section back to its defaults, and answer all."""
    caller.business.preferences.reset(section, caller.who.name)
    return _shown(caller)
