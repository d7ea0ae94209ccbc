// What narrows a search: the demands and filters that hold, as buttons that take them back, and the facets by which to choose.
const VALUES = 8;
const OPEN = 5;
const ORDER = { category: -2, type: -1, vendor: 0, tags: 2 };
const OWN_NAMES = new Set(["vendor", "category", "type", "tags"]);

function facetName(name, words) {
  const bare = name.replace(/_/g, " ");
  return OWN_NAMES.has(name) ? words.say(name) : bare.charAt(0).toUpperCase() + bare.slice(1);
}

// Bounds in minor units, as they are read in every language.
function between(min, max, currency, words) {
  const price = (amount) => words.price(amount, currency);
  if (min === undefined || min === null) return words.say("upTo", { price: price(max) });
  if (max === undefined || max === null) return words.say("fromPrice", { price: price(min) });
  return `${price(min)} – ${price(max)}`;
}

// What a query demands, in the page's own language where it can be said there.
function demandSaid({ kind, values = [], min, max, currency, says }, words) {
  if (kind === "price" && currency) return between(min, max, currency, words);
  if (kind === "not" && values.length) return words.say("not", { what: values.join(", ") });
  return (kind === "color" || kind === "size") && values.length ? `${facetName(kind, words)}: ${values.join(", ")}` : says;
}

// The last part of a category's path, which a narrow column has room for.
function shortly(value) {
  return value.split(" > ").at(-1) || value;
}

// `changed` is called when something else is wanted, with whether the focus is to be found again.
class Narrowing {
  #unfolded = new Map();

  constructor(changed) {
    this.changed = changed;
    this.chips = make("ul", { class: "chips", part: "constraints" });
    this.facets = make("div", { class: "facets", id: "facets", part: "facets", role: "group" });
  }

  // `counts` are those of a facet's other values, by its name; `named` the facets that a page wants to be shown, if not all.
  show(answer, counts, wanted, words, named) {
    Object.assign(this, { answer, counts, wanted, words, named });
    this.#showChips();
    this.#showFacets();
  }

  blank() {
    this.chips.replaceChildren();
    this.facets.replaceChildren();
  }

  #showChips() {
    const { wanted, words } = this;
    const { constraints = [], removed = [] } = this.answer.understood ?? {};
    const chips = [
      ...constraints.map((one) => [`c ${one.text}`, demandSaid(one, words), "remove", () => wanted.without.add(one.text)]),
      ...removed.map((one) => [`r ${one.text}`, demandSaid(one, words), "putBack", () => wanted.without.delete(one.text)]),
      ...[...wanted.filters].flatMap(([name, values]) => [...values].map((value) =>
        [`f ${name} ${value}`, `${facetName(name, words)}: ${shortly(value)}`, "remove", () => wanted.choose(name, value, false)])),
      ...(wanted.price ? [["p", this.#priceSaid(), "remove", () => (wanted.price = null)]] : []),
    ];
    const drawnChips = chips.map(([key, text, how, act]) => {
      const acted = () => {
        act();
        this.changed({ refocus: true });
      };
      const label = words.say(how, { what: text });
      const button = make("button", { type: "button", class: `chip ${how}`, part: "constraint", "data-key": key, "aria-label": label, click: acted }, make("span", {}, text), drawn(how === "remove" ? "cross" : "plus"));
      return make("li", {}, button);
    });
    if (chips.length > 1) drawnChips.push(make("li", {}, make("button", { type: "button", class: "chip all", part: "clear-filters", click: () => this.#cleared() }, words.say("clearFilters"))));
    this.chips.replaceChildren(...drawnChips);
  }

  #cleared() {
    this.wanted.widened();
    for (const one of this.answer.understood?.constraints ?? []) this.wanted.without.add(one.text);
    this.changed({ refocus: true });
  }

  #priceSaid() {
    const { currency } = this.answer.price_range ?? this.counts.get("price") ?? {};
    const minor = (value) => (value === undefined ? value : Math.round(value * 10 ** digitsOf(currency)));
    return between(minor(this.wanted.price.min), minor(this.wanted.price.max), currency, this.words);
  }

  #showFacets() {
    const { filters, price } = this.wanted;
    const at = this.facets.getRootNode().activeElement;
    const focused = this.facets.contains(at) ? at.dataset.key : null;
    const facets = this.#values();
    const rank = (name) => (name in ORDER ? ORDER[name] : 1);
    const names = this.named ? this.named.filter((name) => facets[name]) : Object.keys(facets).sort((one, other) => rank(one) - rank(other));
    const drawnFacets = names.filter((name) => facets[name].length > 1 || filters.has(name)).map((name, place) => this.#facet(name, place, facets[name]));
    const range = this.counts.get("price") ?? this.answer.price_range;
    if (range && (range.min !== range.max || price)) drawnFacets.unshift(this.#priceFacet(range));
    this.facets.replaceChildren(...drawnFacets);
    if (focused) this.facets.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  // The values of each facet with their counts, what is chosen among them in any case.
  #values() {
    const facets = { ...this.answer.facets };
    for (const [name, counts] of this.counts) if (name !== "price" && counts) facets[name] = counts;
    for (const [name, values] of this.wanted.filters) {
      const there = new Set((facets[name] ?? []).map((one) => one.value));
      facets[name] = [...(facets[name] ?? []), ...[...values].filter((value) => !there.has(value)).map((value) => ({ value, count: 0 }))];
    }
    return facets;
  }

  #folded(name, place, title, ...content) {
    const open = this.#unfolded.get(name)?.open ?? (name === "price" || this.wanted.filters.has(name) || place < (this.facets.getRootNode().host.clientWidth < 900 ? 1 : OPEN));
    const folded = make("details", { class: "facet", part: "facet", open }, make("summary", { "data-key": `s ${name}` }, title), content);
    folded.addEventListener("toggle", () => this.#unfolded.set(name, { ...this.#unfolded.get(name), open: folded.open }));
    return folded;
  }

  #facet(name, place, values) {
    const { words } = this;
    const all = this.#unfolded.get(name)?.all ?? false;
    const chosen = this.wanted.filters.get(name) ?? new Set();
    const first = [...values.filter((one) => chosen.has(one.value)), ...values.filter((one) => !chosen.has(one.value))];
    const lines = (all ? values : first.slice(0, VALUES)).map(({ value, count }) => {
      const changed = (event) => {
        this.wanted.choose(name, value, event.target.checked);
        this.changed({});
      };
      const box = make("input", { type: "checkbox", "data-key": `v ${name} ${value}`, change: changed });
      box.checked = chosen.has(value);
      const label = make("span", { class: "text", title: value }, shortly(value));
      return make("li", {}, make("label", { class: "value", part: "value" }, box, label, make("span", { class: "count", part: "count" }, words.number.format(count))));
    });
    const unfold = () => {
      this.#unfolded.set(name, { open: true, all: !all });
      this.#showFacets();
    };
    const more = values.length > VALUES
      ? make("button", { type: "button", class: "plain", "data-key": `m ${name}`, "aria-expanded": String(all), click: unfold }, words.say(all ? "fewerValues" : "moreValues"))
      : null;
    const title = facetName(name, words);
    return this.#folded(name, place, title, make("div", { role: "group", "aria-label": title }, make("ul", {}, lines)), more);
  }

  #priceFacet(range) {
    const { words, wanted } = this;
    const scale = 10 ** digitsOf(range.currency);
    const field = (side, label, edge) => {
      const changed = () => {
        const said = input.value.trim() === "" ? undefined : Number(input.value);
        wanted.bound(side, Number.isFinite(said) && said >= 0 ? said : undefined);
        this.changed({});
      };
      const input = make("input", { type: "number", min: "0", step: "any", inputmode: "decimal", "data-key": `p ${side}`, placeholder: String(edge), change: changed });
      input.value = wanted.price?.[side] ?? "";
      return make("label", {}, make("span", {}, label), input);
    };
    const fields = [field("min", words.say("from"), Math.floor(range.min / scale)), field("max", words.say("to"), Math.ceil(range.max / scale))];
    return this.#folded("price", 0, `${words.say("price")} (${range.currency})`, make("div", { class: "prices", role: "group", "aria-label": words.say("price") }, fields));
  }
}
