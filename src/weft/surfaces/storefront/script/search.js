// <weft-search>: a search box with suggestions, and what is found below it, in place of what the element holds.
const TYPED = 120;
const LOOKED = 220;
const SETTLED = 900;
const AGAIN = { preparing: true, busy: true };

class Search extends Part {
  static observedAttributes = ["placeholder", "labels"];

  #wanted = new Wanted();
  #answer = null;
  #hits = [];
  #counts = new Map();
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
    document.addEventListener("pointerdown", (event) => event.composedPath().includes(this.form) || this.suggestions.close(), { signal });
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
    if (category) this.#wanted.only("category", category);
    this.#entered();
  }

  get query() {
    return this.#wanted.query;
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
      focus: () => this.suggestions.count && this.input.value.trim() && this.suggestions.open(),
    });
    this.clear = make("button", { type: "button", class: "clear", part: "clear", hidden: true, click: () => this.#emptied() }, drawn("cross"));
    this.suggestions = new Suggestions(this.input, (option) => this.#take(option));
    this.narrowing = new Narrowing((how) => this.#look({ whole: true, ...how }));
    const submitted = (event) => {
      event.preventDefault();
      this.#entered();
    };
    this.form = make("form", { role: "search", class: "form", part: "form", submit: submitted, focusout: (event) => this.#left(event) },
      make("label", { for: "box", class: "unseen" }), drawn("search"), this.input, this.clear, this.suggestions.element);
    this.live = make("div", { role: "status", class: "unseen", "aria-live": "polite", "aria-atomic": "true" });
    this.message = make("div", { class: "message", part: "message", hidden: true });
    this.heading = make("h2", { class: "heading", part: "heading", tabindex: "-1" });
    this.sort = make("select", { id: "sort", part: "sort", change: () => this.#sorted() });
    this.toggle = make("button", { type: "button", class: "toggle", part: "filters-button", "aria-expanded": "false", "aria-controls": "facets", click: () => this.#toggled() }, drawn("filter"), make("span"));
    this.grid = make("ul", { class: "grid", part: "hits" });
    this.more = make("button", { type: "button", class: "more", part: "more", hidden: true, click: () => this.#further() });
    this.popular = make("div", { class: "popular" });
    this.results = make("section", { class: "results", part: "results", hidden: true, "aria-labelledby": "heading" },
      make("div", { class: "top" }, this.heading, this.toggle, make("label", { for: "sort", class: "sorting" }, make("span")), this.sort),
      this.narrowing.facets,
      make("div", { class: "found" }, this.narrowing.chips, this.message, this.grid, this.more, this.popular));
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
    this.suggestions.element.setAttribute("aria-label", words.say("queries"));
    this.narrowing.facets.setAttribute("aria-label", words.say("filters"));
    this.toggle.lastChild.textContent = words.say("filters");
    this.results.querySelector(".sorting span").textContent = words.say("sort");
    this.more.textContent = words.say("more");
    this.sort.replaceChildren(...Object.entries(SORTS).map(([value, label]) => make("option", { value }, words.say(label))));
    this.sort.value = this.#wanted.sort;
  }

  // Typing.

  #typed(text) {
    this.#wanted.typed(text);
    if (this.input.value !== text) this.input.value = text;
    this.clear.hidden = !text;
    this.suggestions.point(-1);
    this.#later("suggest", TYPED, () => this.#suggest());
    if (this.#inPlace && this.getAttribute("instant") !== "off") this.#later("look", LOOKED, () => this.#look({ typing: true }));
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
    this.suggestions.close();
    if (this.#inPlace) this.#look({ whole: true, entered: true });
    else this.#leave();
  }

  // Go to the page with the results, which reads from its address what to look for.
  #leave() {
    const target = address(this.getAttribute("results-url").replace("{query}", encodeURIComponent(this.#wanted.text)));
    if (!target) return;
    const url = new URL(target);
    this.#wanted.filtersInto(url.searchParams, this.#prefix ?? "");
    location.assign(url.href);
  }

  #pressed(event) {
    if (event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    const { suggestions } = this;
    if (event.key in moves && suggestions.count) {
      event.preventDefault();
      suggestions.step(moves[event.key]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (suggestions.isOpen) suggestions.close();
      else if (this.input.value) this.#emptied();
    } else if (event.key === "Enter" && suggestions.pointed) {
      event.preventDefault();
      this.#take(suggestions.pointed);
    } else if (event.key === "Tab") {
      suggestions.close();
    }
  }

  #left(event) {
    if (!this.form.contains(event.relatedTarget)) this.#later("close", 0, () => this.suggestions.close());
  }

  // Suggestions.

  async #suggest() {
    this.#suggesting?.abort();
    const typed = this.#wanted.text;
    if (!typed) return this.suggestions.emptied();
    const mine = (this.#suggesting = new AbortController());
    try {
      const limit = Number(this.getAttribute("suggestions")) || 4;
      const answer = await this.shop.ask("suggest", { query: typed, limit }, mine.signal);
      if (mine.signal.aborted || typed !== this.#wanted.text) return;
      this.#offer(answer);
    } catch {
      // Whoever types on is not told that there was nothing to suggest; what is looked for tells what is wrong.
    }
  }

  #offer(answer) {
    const words = this.said;
    this.suggestions.offer([
      ["queries", words.say("queries"), answer.queries.map((text) => [{ kind: "query", text }, drawn("search"), make("span", { class: "text" }, text)])],
      ["categories", words.say("categories"), answer.categories.map((one) => [
        { kind: "category", name: one.name ?? "category", text: one.value },
        make("span", { class: "text" }, shortly(one.value)), make("span", { class: "count" }, words.number.format(one.count))])],
      ["products", words.say("products"), answer.products.map((product, place) => [
        { kind: "product", product, position: place + 1, query_id: answer.query_id },
        picture(product, this.getAttribute("picture-url")), make("span", { class: "text" }, product.title), priceOf(product, words)])],
    ]);
    const { count } = this.suggestions;
    if (count && this.shadowRoot.activeElement === this.input && !this.#trouble) this.suggestions.open();
    else this.suggestions.close();
    if (this.suggestions.isOpen && !this.#inPlace) this.#announce(words.say("suggested", { n: count }));
  }

  #take(option) {
    if (option.kind === "product") {
      this.suggestions.close();
      const told = { place: "suggest", position: option.position, query: this.#wanted.text, query_id: option.query_id };
      if (this.chosen(option.product, told)) location.assign(this.addressOf(option.product));
    } else if (option.kind === "category") {
      this.#typed("");
      this.#wanted.only(option.name, option.text);
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
    return this.#wanted.asked({ limit: Number(this.getAttribute("limit")) || 24, ...more });
  }

  // Ask for what the box and the filters say. Of answers that overtake each other the last one asked for wins.
  async #look({ typing = false, whole = false, entered = false, refocus = false } = {}) {
    clearTimeout(this.#timers.again);
    this.#looking?.abort();
    if (!this.#wanted.text && !this.#wanted.narrowed && !whole) return this.#begin();
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
      if (refocus) (this.narrowing.chips.querySelector("button") ?? this.heading).focus();
      this.#later("note", whole ? 0 : SETTLED, () => this.#note());
    } catch (problem) {
      if (problem.name !== "AbortError" && turn === this.#turn) this.#troubled(problem);
    }
  }

  // The counts of a facet's other values, as if none of it had been chosen, so that another can be chosen as well.
  #alternatives(signal) {
    const names = [...this.#wanted.filters.keys(), ...(this.#wanted.price ? ["price"] : [])];
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
    this.suggestions.close();
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
    this.narrowing.blank();
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
    const query = this.#wanted.text;
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
    const named = this.getAttribute("facets")?.split(",").map((name) => name.trim());
    this.narrowing.show(this.#answer, this.#counts, this.#wanted, words, named);
    this.toggle.hidden = !this.narrowing.facets.children.length;
    this.sort.parentNode.classList.toggle("alone", total < 2);
    this.grid.replaceChildren(...this.#hits.map((hit, place) => this.#hit(hit, place)));
    this.#rest();
    if (!total) this.#consoled();
    this.#announce(this.heading.textContent);
    this.dispatchEvent(new CustomEvent("weft-results", { detail: this.#answer, bubbles: true, composed: true }));
  }

  #hit(hit, place) {
    const item = this.card(hit, { place: "search", position: place + 1, query: this.#wanted.text, query_id: this.#answer.query_id }, this.said);
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

  #toggled() {
    const open = this.narrowing.facets.classList.toggle("open");
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  #sorted() {
    this.#wanted.sort = this.sort.value;
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
    const own = Wanted.named(url.searchParams, prefix);
    const before = url.href;
    own.forEach((name) => url.searchParams.delete(name));
    if (this.#answer) this.#wanted.into(url.searchParams, prefix);
    // The first letter of a search is a step that the browser's way back undoes; the others go on with it.
    const first = this.#answer && !own.length;
    if (url.href !== before) history[replacing && !first ? "replaceState" : "pushState"](history.state, "", url);
  }

  #restore() {
    const prefix = this.#prefix;
    if (prefix === null || !this.#inPlace) return;
    const parameters = new URL(location.href).searchParams;
    this.#wanted = Wanted.outOf(parameters, prefix);
    this.sort.value = this.#wanted.sort;
    this.input.value = this.#wanted.query;
    this.clear.hidden = !this.#wanted.query;
    if (parameters.has(`${prefix}q`) || this.#wanted.narrowed) this.#look({ whole: true });
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
