"""The one door to models: providers, routes, limits, budgets, cache and ledger.

providers/      vendors as data (presets.toml), and a file for each wire protocol
models          what may answer: a provider, its models, a route and its targets
register        providers, routes and budgets as they are kept; a business's own and the platform's
upstream        the way to a model's server, behind a seam of one method; `standin` is the one beside it
choice          which target is asked next: conditions, order, breakers, places
bounds          what a request can cost at most, and what it did cost
budgets         money that is reserved before it is spent
rates           requests and tokens a minute
ledger          a row for each request, which a kill does not lose
cache           an answer that was given before
door            all of it put together: one call in, one reply out
trial           what a model can do, found out by asking it
usage           the ledger added up, and what is left of budgets
asking          `ask`: a typed answer out of a model that may be bad at it
utterance       what a model said, read for the JSON in it
schemas         what is asked for, in the forms in which servers take it
errand          for which skill models are asked, and whether a person waits
doors           the doors of this process, and the way to them out of skills' threads
handle          `business.models`: what a business may ask, and the asking
"""
