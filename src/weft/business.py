"""The one handle that skills, runs and connectors are given: it has no way to ask for another business's data."""

from contextlib import AbstractContextManager
from typing import Any

from psycopg import Connection

from weft.access import businesses
from weft.access.businesses import Tenant
from weft.gateway.handle import Models
from weft.numbers.handle import Numbers
from weft.postgres.database import Database
from weft.store.behaviors import Behaviors
from weft.store.catalog import Catalog
from weft.store.changes import Changes
from weft.store.customers import Customers
from weft.store.forecasts import Forecasts
from weft.store.glossary import Glossary
from weft.store.imports import Imports
from weft.store.journal import Journal
from weft.store.learned import Learned
from weft.store.memory import Memory
from weft.store.orders import Orders
from weft.store.preferences import Preferences
from weft.store.purchases import Purchases
from weft.store.remembered import Remembered
from weft.store.rules import Rules
from weft.store.sales import Sales
from weft.store.stock import Stock
from weft.store.suppliers import Suppliers
from weft.store.things import Things
from weft.store.translations import Translations


class Business:
    """One business: its records, its changes, its journal, its models."""

    def __init__(self, database: Database, tenant: Tenant) -> None:
        self.id = tenant.id
        self.uid = tenant.uid
        self.currency = tenant.currency
        self.database = database
        self.catalog = Catalog(database, tenant.uid, tenant.currency)
        self.orders = Orders(database, tenant.uid)
        self.sales = Sales(database, tenant.uid)
        self.numbers = Numbers(database, tenant.uid)
        self.customers = Customers(database, tenant.uid)
        self.stock = Stock(database, tenant.uid)
        self.forecasts = Forecasts(database, tenant.uid)
        self.suppliers = Suppliers(database, tenant.uid)
        self.purchases = Purchases(database, tenant.uid)
        self.behaviors = Behaviors(database, tenant.uid, tenant.currency)
        self.things = Things(database, tenant.uid)
        self.changes = Changes(database, tenant.uid, tenant.currency)
        self.journal = Journal(database, tenant.uid)
        self.imports = Imports(database, tenant.uid)
        self.remembered = Remembered(database, tenant.uid)
        self.learned = Learned(database, tenant.uid)
        self.preferences = Preferences(database, tenant.uid)
        self.rules = Rules(database, tenant.uid)
        self.glossary = Glossary(database, tenant.uid)
        self.memory = Memory(database, tenant.uid)
        self.translations = Translations(database, tenant.uid)
        self.models = Models(database, tenant.uid)

    @property
    def routes(self) -> frozenset[str]:
        """The names of the routes to models that the business may ask."""
        return self.models.routes

    @classmethod
    def named(cls, database: Database, name: str) -> "Business":
        """The business of that name; raises NotFound."""
        return cls(database, businesses.named(database, name))

    def created(self, connection: Connection[Any]) -> None:
        """Create the business inside a transaction if it is not there, as a rehearsal must."""
        connection.execute("select business_create(%s, %s, %s)", (self.uid, self.id, self.currency))

    def transaction(self) -> AbstractContextManager[Connection[Any]]:
        """One transaction in which the store's `put` methods of this business may be called."""
        return self.database.tenant(self.uid)
