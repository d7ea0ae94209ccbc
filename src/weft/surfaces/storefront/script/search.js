// <weft-search>: a search box with suggestions, and what is found below it, in place of what the element holds.
const TYPED = 120;
const LOOKED = 220;
const SETTLED = 900;
const VALUES = 8;
const OPEN = 5;
const SORTS = { relevance: "relevance", price: "priceUp", "-price": "priceDown", title: "titleUp" };
const ORDER = { category: -2, type: -1, vendor: 0, tags: 2 };
const AGAIN = { preparing: true, busy: true };

class Search extends Part {
  static observedAttributes = ["placeholder", "labels"];

  #query = "";
  #filters = new Map();
  #price = null;
  #sort = "relevance";
  #without = new Set();
  #answer = null;
  #hits = [];
  #counts = new Map();
  #options = [];
  #active = -1;
  #unfolded = new Map();
  #turn = 0;
  #timers = {};
  #looking = null;
  #suggesting = null;
  #noted = "";
  #seen = null;
  #trouble = null;

  connectedCallback() {
    this.caughtUp();
    if (!this.shadowRoot) {
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [LOOK];
      this.#build();
    }
    this.#seen = new Seen((item) => this.#observed(item));
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    addEventListener("popstate", () => this.#restore(), { signal });
    addEventListener("online", () => this.#trouble && this.#look(), { signal });
    document.addEventListener("pointerdown", (event) => event.composedPath().includes(this.form) || this.#close(), { signal });
    this.#restore();
  }

  disconnectedCallback() {
    this.leaving.abort();
    this.#seen.end();
    this.#looking?.abort();
    this.#suggesting?.abort();
    Object.values(this.#timers).forEach(clearTimeout);
  }

  attributeChangedCallback() {
    if (this.shadowRoot) this.renewed();
  }

  // Look for a query as if it had been typed and entered.
  search(query) {
    this.#typed(query);
    this.#entered();
  }

  // Show one category, or with nothing everything there is.
  browse(category) {
    this.#typed("");
    if (category) this.#filters.set("category", new Set([category]));
    this.#entered();
  }

  get query() {
    return this.#query;
  }

  focus() {
    this.input?.focus();
  }

  renewed() {
    this.#name();
    if (this.#answer) this.#show();
  }

  // The box, and where everything else will stand.

  #build() {
    this.input = make("input", {
      type: "search", id: "box", part: "input", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": "options", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search", maxlength: "300",
      input: () => this.#typed(this.input.value), keydown: (event) => this.#pressed(event),
      focus: () => this.#options.length && this.input.value.trim() && this.#open(),
    });
    this.clear = make("button", { type: "button", class: "clear", part: "clear", hidden: true, click: () => this.#emptied() }, drawn("cross"));
    this.list = make("div", { role: "listbox", id: "options", class: "options", part: "suggestions", hidden: true });
    const submitted = (event) => {
      event.preventDefault();
      this.#entered();
    };
    this.form = make("form", { role: "search", class: "form", part: "form", submit: submitted, focusout: (event) => this.#left(event) },
      make("label", { for: "box", class: "unseen" }), drawn("search"), this.input, this.clear, this.list);
    this.live = make("div", { role: "status", class: "unseen", "aria-live": "polite", "aria-atomic": "true" });
    this.message = make("div", { class: "message", part: "message", hidden: true });
    this.heading = make("h2", { class: "heading", part: "heading", tabindex: "-1" });
    this.chips = make("ul", { class: "chips", part: "constraints" });
    this.sort = make("select", { id: "sort", part: "sort", change: () => this.#sorted() });
    this.toggle = make("button", { type: "button", class: "toggle", part: "filters-button", "aria-expanded": "false", "aria-controls": "facets", click: () => this.#toggled() }, drawn("filter"), make("span"));
    this.facets = make("div", { class: "facets", id: "facets", part: "facets", role: "group" });
    this.grid = make("ul", { class: "grid", part: "hits" });
    this.more = make("button", { type: "button", class: "more", part: "more", hidden: true, click: () => this.#further() });
    this.popular = make("div", { class: "popular" });
    this.results = make("section", { class: "results", part: "results", hidden: true, "aria-labelledby": "heading" },
      make("div", { class: "top" }, this.heading, this.toggle, make("label", { for: "sort", class: "sorting" }, make("span")), this.sort),
      this.facets,
      make("div", { class: "found" }, this.chips, this.message, this.grid, this.more, this.popular));
    this.heading.id = "heading";
    this.start = make("div", { class: "start", part: "start" }, make("slot"));
    this.shadowRoot.append(
      make("div", { class: "bar", part: "bar" }, make("slot", { name: "start" }), this.form, make("slot", { name: "end" })),
      this.live, make("div", { class: "frame" }, this.results), this.start);
    this.#name();
  }

  #name() {
    const words = (this.said = this.words);
    this.form.querySelector("label").textContent = words.say("search");
    this.input.placeholder = this.getAttribute("placeholder") ?? words.say("placeholder");
    this.clear.setAttribute("aria-label", words.say("clear"));
    this.list.setAttribute("aria-label", words.say("queries"));
    this.facets.setAttribute("aria-label", words.say("filters"));
    this.toggle.lastChild.textContent = words.say("filters");
    this.results.querySelector(".sorting span").textContent = words.say("sort");
    this.more.textContent = words.say("more");
    this.sort.replaceChildren(...Object.entries(SORTS).map(([value, label]) => make("option", { value }, words.say(label))));
    this.sort.value = this.#sort;
  }

  // Typing.

  #typed(text) {
    // Who types on means the same search, with its filters; who types something else means another.
    if (!text.startsWith(this.#query) || !this.#query) this.#forget();
    this.#query = text;
    if (this.input.value !== text) this.input.value = text;
    this.clear.hidden = !text;
    this.#active = -1;
    this.#later("suggest", TYPED, () => this.#suggest());
    if (this.#inPlace && this.getAttribute("instant") !== "off") this.#later("look", LOOKED, () => this.#look({ typing: true }));
  }

  #forget() {
    this.#filters.clear();
    this.#price = null;
    this.#without.clear();
  }

  get #inPlace() {
    return !this.hasAttribute("results-url");
  }

  #later(name, wait, what) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(what, wait);
  }

  #emptied() {
    this.#typed("");
    this.#begin();
    this.input.focus();
  }

  #entered() {
    clearTimeout(this.#timers.suggest);
    clearTimeout(this.#timers.look);
    this.#suggesting?.abort();
    this.#close();
    if (this.#inPlace) this.#look({ whole: true, entered: true });
    else this.#leave();
  }

  // Go to the page with the results, which reads from its address what to look for.
  #leave() {
    const target = address(this.getAttribute("results-url").replace("{query}", encodeURIComponent(this.#query.trim())));
    if (!target) return;
    const url = new URL(target);
    for (const [name, values] of this.#filters) for (const value of values) url.searchParams.append(`${this.#prefix ?? ""}f.${name}`, value);
    location.assign(url.href);
  }

  #pressed(event) {
    if (event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && this.#options.length) {
      event.preventDefault();
      if (this.list.hidden) this.#open();
      const places = this.#options.length + 1;
      this.#point(((this.#active + 1 + moves[event.key] + places) % places) - 1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (!this.list.hidden) this.#close();
      else if (this.input.value) this.#emptied();
    } else if (event.key === "Enter" && this.#active >= 0 && !this.list.hidden) {
      event.preventDefault();
      this.#take(this.#options[this.#active]);
    } else if (event.key === "Tab") {
      this.#close();
    }
  }

  #left(event) {
    if (!this.form.contains(event.relatedTarget)) this.#later("close", 0, () => this.#close());
  }

  // Suggestions.

  async #suggest() {
    this.#suggesting?.abort();
    const typed = this.#query.trim();
    if (!typed) {
      this.#options = [];
      this.#close();
      return;
    }
    const mine = (this.#suggesting = new AbortController());
    try {
      const limit = Number(this.getAttribute("suggestions")) || 4;
      const answer = await this.shop.ask("suggest", { query: typed, limit }, mine.signal);
      if (mine.signal.aborted || typed !== this.#query.trim()) return;
      this.#offer(answer);
    } catch {
      // Whoever types on is not told that there was nothing to suggest; what is looked for tells what is wrong.
    }
  }

  #offer(answer) {
    const words = this.said;
    this.#options = [];
    const groups = [
      ["queries", answer.queries.map((text) => [{ kind: "query", text }, drawn("search"), make("span", { class: "text" }, text)])],
      ["categories", answer.categories.map((one) => [
        { kind: "category", name: one.name ?? "category", text: one.value },
        make("span", { class: "text" }, shortly(one.value)), make("span", { class: "count" }, words.number.format(one.count))])],
      ["products", answer.products.map((product, place) => [
        { kind: "product", product, position: place + 1, query_id: answer.query_id },
        picture(product, this.getAttribute("picture-url")), make("span", { class: "text" }, product.title), priceOf(product, words)])],
    ];
    const drawnGroups = groups.filter(([, lines]) => lines.length).map(([name, lines]) =>
      make("div", { role: "group", class: `group ${name}`, "aria-labelledby": `group-${name}` },
        make("div", { class: "label", id: `group-${name}`, role: "presentation" }, words.say(name)),
        lines.map(([option, ...shown]) => this.#option(option, shown))));
    this.list.replaceChildren(...drawnGroups);
    this.#active = -1;
    if (this.#options.length && this.shadowRoot.activeElement === this.input && !this.#trouble) this.#open();
    else this.#close();
    if (!this.list.hidden && !this.#inPlace) this.#announce(words.say("suggested", { n: this.#options.length }));
  }

  #option(option, shown) {
    const place = this.#options.push(option) - 1;
    const chosen = (event) => {
      // The focus stays in the box.
      event.preventDefault();
      if (event.type === "click") this.#take(option);
    };
    option.element = make("div", { role: "option", id: `option-${place}`, class: "option", part: "suggestion", "aria-selected": "false", mousedown: chosen, click: chosen }, shown);
    return option.element;
  }

  #open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#point(-1);
  }

  #point(place) {
    this.#options[this.#active]?.element.setAttribute("aria-selected", "false");
    this.#active = place;
    const option = this.#options[place]?.element;
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  #take(option) {
    if (option.kind === "product") {
      this.#close();
      const told = { place: "suggest", position: option.position, query: this.#query.trim(), query_id: option.query_id };
      if (this.chosen(option.product, told)) location.assign(this.addressOf(option.product));
    } else if (option.kind === "category") {
      this.#typed("");
      this.#filters.set(option.name, new Set([option.text]));
      this.#entered();
    } else {
      this.search(option.text);
    }
  }

  // Looking.

  #begin() {
    clearTimeout(this.#timers.look);
    this.#looking?.abort();
    this.#turn += 1;
    this.#answer = null;
    this.#trouble = null;
    this.results.hidden = true;
    this.start.hidden = false;
    this.#keepAddress(true);
  }

  #asked(more = {}) {
    const filters = Object.fromEntries([...this.#filters].map(([name, values]) => [name, [...values]]));
    if (this.#price) filters.price = this.#price;
    return { query: this.#query.trim(), filters, sort: this.#sort, without: [...this.#without], limit: this.#size, ...more };
  }

  get #size() {
    return Number(this.getAttribute("limit")) || 24;
  }

  get #narrowed() {
    return this.#filters.size > 0 || this.#price !== null;
  }

  // Ask for what the box and the filters say. Of answers that overtake each other the last one asked for wins.
  async #look({ typing = false, whole = false, entered = false, refocus = false } = {}) {
    clearTimeout(this.#timers.again);
    this.#looking?.abort();
    if (!this.#query.trim() && !this.#narrowed && !whole) return this.#begin();
    const mine = (this.#looking = new AbortController());
    const turn = (this.#turn += 1);
    this.results.setAttribute("aria-busy", "true");
    try {
      const [answer, ...others] = await Promise.all([
        this.shop.ask("search", this.#asked({ typing }), mine.signal), ...this.#alternatives(mine.signal)]);
      if (turn !== this.#turn) return;
      if (entered && this.#redirected(answer)) return;
      this.#trouble = null;
      this.#answer = answer;
      this.#hits = answer.hits;
      this.#counts = new Map(others);
      this.#show();
      this.#keepAddress(typing);
      if (refocus) (this.chips.querySelector("button") ?? this.heading).focus();
      this.#later("note", whole ? 0 : SETTLED, () => this.#note());
    } catch (problem) {
      if (problem.name !== "AbortError" && turn === this.#turn) this.#troubled(problem);
    }
  }

  // The counts of a facet's other values, as if none of it had been chosen, so that another can be chosen as well.
  #alternatives(signal) {
    const names = [...this.#filters.keys(), ...(this.#price ? ["price"] : [])];
    return names.map(async (name) => {
      const asked = this.#asked({ limit: 0, facets: [name] });
      delete asked.filters[name];
      const answer = await this.shop.ask("search", asked, signal);
      return [name, name === "price" ? answer.price_range : Object.values(answer.facets)[0]];
    });
  }

  #redirected(answer) {
    const target = typeof answer.redirect === "string" ? address(answer.redirect) : null;
    if (target) location.assign(target);
    return Boolean(target);
  }

  async #further() {
    const turn = this.#turn;
    this.more.disabled = true;
    try {
      const answer = await this.shop.ask("search", this.#asked({ offset: this.#hits.length, facets: [] }), this.#looking?.signal);
      if (turn !== this.#turn) return;
      const place = this.#hits.length;
      this.#hits = [...this.#hits, ...answer.hits];
      this.grid.append(...answer.hits.map((hit, number) => this.#hit(hit, place + number)));
      this.#rest();
      this.grid.children[place]?.querySelector("a").focus();
    } catch (problem) {
      if (problem.name !== "AbortError") this.#troubled(problem);
    } finally {
      this.more.disabled = false;
    }
  }

  #troubled(problem) {
    const kind = problem.kind ?? "failed";
    this.#trouble = kind;
    if (problem.kind === "refused" || !problem.kind) console.error(`weft-search: ${problem.message}`);
    const words = this.said;
    const again = make("button", { type: "button", part: "again", click: () => this.#look({ whole: true }) }, words.say("again"));
    this.#close();
    this.#reveal();
    this.heading.textContent = "";
    this.message.replaceChildren(make("p", {}, words.say(kind)), ...(AGAIN[kind] ? [make("span", { class: "spinner" })] : [again]));
    this.message.hidden = false;
    this.#blank();
    this.#announce(words.say(kind));
    if (AGAIN[kind]) this.#later("again", Math.min(problem.wait, 30) * 1000, () => this.#look({ whole: true }));
  }

  #blank() {
    this.grid.replaceChildren();
    this.chips.replaceChildren();
    this.facets.replaceChildren();
    this.popular.replaceChildren();
    this.more.hidden = true;
    this.toggle.hidden = true;
  }

  #reveal() {
    this.results.hidden = false;
    this.start.hidden = true;
    this.results.removeAttribute("aria-busy");
  }

  // Showing.

  #show() {
    const words = this.said;
    const { total, did_you_mean: mended, redirect } = this.#answer;
    this.#seen.end();
    this.#reveal();
    this.popular.replaceChildren();
    const query = this.#query.trim();
    const found = words.say("found", { n: total });
    const nothing = words.say(query ? "none" : "nothing", { query });
    this.heading.textContent = total ? (query ? words.say("for", { found, query }) : found) : nothing;
    const target = typeof redirect === "string" ? address(redirect) : null;
    const notes = [
      mended && total ? make("p", { part: "corrected" }, words.say("corrected", { query: mended })) : null,
      target ? make("p", {}, make("a", { href: target }, words.say("goTo", { what: new URL(target).pathname }))) : null,
      total ? null : make("p", {}, words.say("tip")),
    ].filter(Boolean);
    this.message.replaceChildren(...notes);
    this.message.hidden = !notes.length;
    this.#showChips();
    this.#showFacets();
    this.toggle.hidden = !this.facets.children.length;
    this.sort.parentNode.classList.toggle("alone", total < 2);
    this.grid.replaceChildren(...this.#hits.map((hit, place) => this.#hit(hit, place)));
    this.#rest();
    if (!total) this.#consoled();
    this.#announce(this.heading.textContent);
    this.dispatchEvent(new CustomEvent("weft-results", { detail: this.#answer, bubbles: true, composed: true }));
  }

  #hit(hit, place) {
    const item = this.card(hit, { place: "search", position: place + 1, query: this.#query.trim(), query_id: this.#answer.query_id }, this.said);
    this.#seen.add(item);
    return item;
  }

  #rest() {
    this.more.hidden = this.#hits.length >= this.#answer.total;
  }

  // Who finds nothing is shown what others like.
  #consoled() {
    const strip = make("weft-recommendations", { kind: "trending", exportparts: "card, title, price, heading" });
    for (const name of ["key", "endpoint", "product-url", "picture-url", "labels"]) {
      if (this.hasAttribute(name)) strip.setAttribute(name, this.getAttribute(name));
    }
    this.popular.replaceChildren(strip);
  }

  #announce(text) {
    this.#later("announce", 500, () => (this.live.textContent = text));
  }

  #showChips() {
    const words = this.said;
    const { constraints = [], removed = [] } = this.#answer.understood ?? {};
    const chips = [
      ...constraints.map((one) => [`c ${one.text}`, this.#demandSaid(one), "remove", () => this.#without.add(one.text)]),
      ...removed.map((one) => [`r ${one.text}`, this.#demandSaid(one), "putBack", () => this.#without.delete(one.text)]),
      ...[...this.#filters].flatMap(([name, values]) => [...values].map((value) =>
        [`f ${name} ${value}`, `${this.#facetName(name)}: ${shortly(value)}`, "remove", () => this.#chose(name, value, false)])),
      ...(this.#price ? [["p", this.#priceSaid(), "remove", () => (this.#price = null)]] : []),
    ];
    const drawnChips = chips.map(([key, text, how, act]) => {
      const acted = () => {
        act();
        this.#look({ whole: true, refocus: true });
      };
      const label = words.say(how, { what: text });
      const button = make("button", { type: "button", class: `chip ${how}`, part: "constraint", "data-key": key, "aria-label": label, click: acted }, make("span", {}, text), drawn(how === "remove" ? "cross" : "plus"));
      return make("li", {}, button);
    });
    if (chips.length > 1) drawnChips.push(make("li", {}, make("button", { type: "button", class: "chip all", part: "clear-filters", click: () => this.#cleared() }, words.say("clearFilters"))));
    this.chips.replaceChildren(...drawnChips);
  }

  #cleared() {
    this.#filters.clear();
    this.#price = null;
    for (const one of this.#answer?.understood?.constraints ?? []) this.#without.add(one.text);
    this.#look({ whole: true, refocus: true });
  }

  #priceSaid() {
    const { currency } = this.#answer.price_range ?? this.#counts.get("price") ?? {};
    const minor = (value) => (value === undefined ? value : Math.round(value * 10 ** digitsOf(currency)));
    return this.#between(minor(this.#price.min), minor(this.#price.max), currency);
  }

  // Bounds in minor units, as they are read in every language.
  #between(min, max, currency) {
    const price = (amount) => this.said.price(amount, currency);
    if (min === undefined || min === null) return this.said.say("upTo", { price: price(max) });
    if (max === undefined || max === null) return this.said.say("fromPrice", { price: price(min) });
    return `${price(min)} – ${price(max)}`;
  }

  // What a query demands, in the page's own language where it can be said there.
  #demandSaid({ kind, values = [], min, max, currency, says }) {
    if (kind === "price" && currency) return this.#between(min, max, currency);
    if (kind === "not" && values.length) return this.said.say("not", { what: values.join(", ") });
    return (kind === "color" || kind === "size") && values.length ? `${this.#facetName(kind)}: ${values.join(", ")}` : says;
  }

  #facetName(name) {
    const known = { vendor: 1, category: 1, type: 1, tags: 1 };
    const bare = name.replace(/_/g, " ");
    return name in known ? this.said.say(name) : bare.charAt(0).toUpperCase() + bare.slice(1);
  }

  #chose(name, value, chosen) {
    const values = this.#filters.get(name) ?? new Set();
    if (chosen) values.add(value);
    else values.delete(value);
    if (values.size) this.#filters.set(name, values);
    else this.#filters.delete(name);
  }

  #showFacets() {
    const focused = this.shadowRoot.activeElement?.dataset?.key;
    const inside = this.facets.contains(this.shadowRoot.activeElement);
    const facets = { ...this.#answer.facets };
    for (const [name, counts] of this.#counts) if (name !== "price" && counts) facets[name] = counts;
    for (const [name, values] of this.#filters) {
      const there = new Set((facets[name] ?? []).map((one) => one.value));
      facets[name] = [...(facets[name] ?? []), ...[...values].filter((value) => !there.has(value)).map((value) => ({ value, count: 0 }))];
    }
    const wanted = this.getAttribute("facets")?.split(",").map((name) => name.trim());
    const rank = (name) => (name in ORDER ? ORDER[name] : 1);
    const names = wanted ? wanted.filter((name) => facets[name]) : Object.keys(facets).sort((one, other) => rank(one) - rank(other));
    const drawnFacets = names.filter((name) => facets[name].length > 1 || this.#filters.has(name)).map((name, place) => this.#facet(name, place, facets[name]));
    const range = this.#counts.get("price") ?? this.#answer.price_range;
    if (range && (range.min !== range.max || this.#price)) drawnFacets.unshift(this.#priceFacet(range));
    this.facets.replaceChildren(...drawnFacets);
    if (inside && focused) this.facets.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #folded(name, place, title, ...content) {
    const open = this.#unfolded.get(name)?.open ?? (name === "price" || this.#filters.has(name) || place < (this.clientWidth < 900 ? 1 : OPEN));
    const folded = make("details", { class: "facet", part: "facet", open }, make("summary", { "data-key": `s ${name}` }, title), content);
    folded.addEventListener("toggle", () => this.#unfolded.set(name, { ...this.#unfolded.get(name), open: folded.open }));
    return folded;
  }

  #facet(name, place, values) {
    const words = this.said;
    const all = this.#unfolded.get(name)?.all ?? false;
    const chosen = this.#filters.get(name) ?? new Set();
    const first = [...values.filter((one) => chosen.has(one.value)), ...values.filter((one) => !chosen.has(one.value))];
    const lines = (all ? values : first.slice(0, VALUES)).map(({ value, count }) => {
      const changed = (event) => {
        this.#chose(name, value, event.target.checked);
        this.#look({ whole: true });
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
    const title = this.#facetName(name);
    return this.#folded(name, place, title, make("div", { role: "group", "aria-label": title }, make("ul", {}, lines)), more);
  }

  #priceFacet(range) {
    const words = this.said;
    const scale = 10 ** digitsOf(range.currency);
    const field = (side, label, edge) => {
      const changed = () => {
        const said = input.value.trim() === "" ? undefined : Number(input.value);
        const price = { ...this.#price, [side]: Number.isFinite(said) && said >= 0 ? said : undefined };
        this.#price = price.min === undefined && price.max === undefined ? null : price;
        this.#look({ whole: true });
      };
      const input = make("input", { type: "number", min: "0", step: "any", inputmode: "decimal", "data-key": `p ${side}`, placeholder: String(edge), change: changed });
      input.value = this.#price?.[side] ?? "";
      return make("label", {}, make("span", {}, label), input);
    };
    const fields = [field("min", words.say("from"), Math.floor(range.min / scale)), field("max", words.say("to"), Math.ceil(range.max / scale))];
    return this.#folded("price", 0, `${words.say("price")} (${range.currency})`, make("div", { class: "prices", role: "group", "aria-label": words.say("price") }, fields));
  }

  #toggled() {
    const open = this.facets.classList.toggle("open");
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  #sorted() {
    this.#sort = this.sort.value;
    this.#look({ whole: true });
  }

  // What becomes of it: the address of the page, and what is told.

  // Deep links: what is looked for stands in the address, in parameters that begin with the attribute's value.
  get #prefix() {
    return this.hasAttribute("deep-links") ? this.getAttribute("deep-links") : null;
  }

  #keepAddress(replacing) {
    const prefix = this.#prefix;
    if (prefix === null || !this.#inPlace) return;
    const url = new URL(location.href);
    const own = [...url.searchParams.keys()].filter((name) => PARAMETER.test(name.slice(prefix.length)) && name.startsWith(prefix));
    const before = url.href;
    own.forEach((name) => url.searchParams.delete(name));
    if (this.#answer) {
      const { query, sort } = this.#asked();
      if (query || !this.#narrowed) url.searchParams.set(`${prefix}q`, query);
      for (const [name, values] of this.#filters) for (const value of values) url.searchParams.append(`${prefix}f.${name}`, value);
      if (this.#price) url.searchParams.set(`${prefix}price`, `${this.#price.min ?? ""}-${this.#price.max ?? ""}`);
      if (sort !== "relevance") url.searchParams.set(`${prefix}sort`, sort);
      for (const text of this.#without) url.searchParams.append(`${prefix}without`, text);
    }
    // The first letter of a search is a step that the browser's way back undoes; the others go on with it.
    const first = this.#answer && !own.length;
    if (url.href !== before) history[replacing && !first ? "replaceState" : "pushState"](history.state, "", url);
  }

  #restore() {
    const prefix = this.#prefix;
    if (prefix === null || !this.#inPlace) return;
    const parameters = new URL(location.href).searchParams;
    this.#filters.clear();
    for (const [name, value] of parameters) {
      if (name.startsWith(`${prefix}f.`)) this.#chose(name.slice(prefix.length + 2), value, true);
    }
    const [min, max] = (parameters.get(`${prefix}price`) ?? "").split("-").map((text) => (text === "" ? undefined : Number(text)));
    this.#price = Number.isFinite(min) || Number.isFinite(max) ? { min, max } : null;
    const sort = parameters.get(`${prefix}sort`);
    this.#sort = sort in SORTS ? sort : "relevance";
    this.sort.value = this.#sort;
    this.#without = new Set(parameters.getAll(`${prefix}without`));
    this.#query = this.input.value = parameters.get(`${prefix}q`) ?? "";
    this.clear.hidden = !this.#query;
    if (parameters.has(`${prefix}q`) || this.#narrowed) this.#look({ whole: true });
    else if (this.#answer) this.#begin();
  }

  // A search that somebody has finished typing; each is told once.
  #note() {
    const { total, query_id } = this.#answer ?? {};
    const asked = this.#asked();
    const name = JSON.stringify(asked);
    if (!this.#answer || name === this.#noted || !asked.query) return;
    this.#noted = name;
    this.shop.behaviors.put("search", { query: asked.query, query_id, results: total, hits: this.#hits.map((hit) => hit.id), place: "search" });
  }

  #observed(item) {
    const { product, ...told } = item.told;
    this.shop.behaviors.put("impression", { product, ...told });
  }
}

const PARAMETER = /^(q|price|sort|without|f\..+)$/;

// The last part of a category's path, which a narrow column has room for.
function shortly(value) {
  return value.split(" > ").at(-1) || value;
}
