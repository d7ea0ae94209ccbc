// What a shopper looks for: words, filters, a price, an order, and the demands of the words that were taken back.
const SORTS = { relevance: "relevance", price: "priceUp", "-price": "priceDown", title: "titleUp" };
const PARAMETER = /^(q|price|sort|without|f\..+)$/;

class Wanted {
  query = "";
  filters = new Map();
  price = null;
  sort = "relevance";
  without = new Set();

  get text() {
    return this.query.trim();
  }

  get narrowed() {
    return this.filters.size > 0 || this.price !== null;
  }

  // Who types on means the same search, with its filters; who types something else means another.
  typed(text) {
    if (!text.startsWith(this.query) || !this.query) {
      this.widened();
      this.without.clear();
    }
    this.query = text;
  }

  widened() {
    this.filters.clear();
    this.price = null;
  }

  only(name, value) {
    this.filters.set(name, new Set([value]));
  }

  choose(name, value, chosen) {
    const values = this.filters.get(name) ?? new Set();
    if (chosen) values.add(value);
    else values.delete(value);
    if (values.size) this.filters.set(name, values);
    else this.filters.delete(name);
  }

  bound(side, value) {
    const price = { ...this.price, [side]: value };
    this.price = price.min === undefined && price.max === undefined ? null : price;
  }

  // The body of a request for it.
  asked(more = {}) {
    const filters = Object.fromEntries([...this.filters].map(([name, values]) => [name, [...values]]));
    if (this.price) filters.price = this.price;
    return { query: this.text, filters, sort: this.sort, without: [...this.without], ...more };
  }

  filtersInto(parameters, prefix) {
    for (const [name, values] of this.filters) for (const value of values) parameters.append(`${prefix}f.${name}`, value);
  }

  // Deep links: it stands in the address of a page, in parameters that begin with a prefix.
  into(parameters, prefix) {
    if (this.text || !this.narrowed) parameters.set(`${prefix}q`, this.text);
    this.filtersInto(parameters, prefix);
    if (this.price) parameters.set(`${prefix}price`, `${this.price.min ?? ""}-${this.price.max ?? ""}`);
    if (this.sort !== "relevance") parameters.set(`${prefix}sort`, this.sort);
    for (const text of this.without) parameters.append(`${prefix}without`, text);
  }

  static outOf(parameters, prefix) {
    const found = new Wanted();
    for (const [name, value] of parameters) {
      if (name.startsWith(`${prefix}f.`)) found.choose(name.slice(prefix.length + 2), value, true);
    }
    const [min, max] = (parameters.get(`${prefix}price`) ?? "").split("-").map((text) => (text === "" ? undefined : Number(text)));
    found.price = Number.isFinite(min) || Number.isFinite(max) ? { min, max } : null;
    const sort = parameters.get(`${prefix}sort`);
    found.sort = sort in SORTS ? sort : "relevance";
    found.without = new Set(parameters.getAll(`${prefix}without`));
    found.query = parameters.get(`${prefix}q`) ?? "";
    return found;
  }

  // The names of such parameters in an address.
  static named(parameters, prefix) {
    return [...parameters.keys()].filter((name) => name.startsWith(prefix) && PARAMETER.test(name.slice(prefix.length)));
  }
}
