// <weft-recommendations>: a strip of products, which is not there where there are none.
const NEEDS = {
  similar: ["product"], "bought-together": ["product"], "also-viewed": ["product"], cart: ["cart"], "for-you": ["visitor", "viewed", "cart"],
};

class Strip extends Part {
  static observedAttributes = ["kind", "product", "cart", "limit", "heading", "labels"];

  #looking = null;
  #seen = null;
  #due = 0;

  connectedCallback() {
    this.caughtUp();
    if (!this.shadowRoot) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [LOOK];
    this.hidden = true;
    this.#seen = new Seen((item) => this.shop.behaviors.put("impression", item.told));
    this.renewed();
  }

  disconnectedCallback() {
    this.#looking?.abort();
    this.#seen?.end();
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && this.shadowRoot && before !== after) this.renewed();
  }

  // Ask anew, once for all that changes at a time.
  renewed() {
    clearTimeout(this.#due);
    this.#due = setTimeout(() => this.#look());
  }

  get #asked() {
    const listed = (name) => (this.getAttribute(name) ?? "").split(",").map((id) => id.trim()).filter(Boolean);
    const { visitor, viewed } = this.shop.behaviors;
    const asked = { kind: this.getAttribute("kind") || "similar", limit: Number(this.getAttribute("limit")) || 12 };
    const product = this.getAttribute("product");
    if (product) asked.product = product;
    if (this.hasAttribute("cart")) asked.cart = listed("cart");
    if (this.hasAttribute("exclude")) asked.exclude = listed("exclude");
    if (asked.kind === "for-you") {
      if (visitor) asked.visitor = visitor;
      asked.viewed = viewed.slice(0, 50).reverse();
    }
    return asked;
  }

  async #look() {
    this.#looking?.abort();
    const mine = (this.#looking = new AbortController());
    const asked = this.#asked;
    const needs = NEEDS[asked.kind] ?? [];
    // Who has done nothing yet gets no strip that says it is for them.
    if (needs.length && !needs.some((name) => asked[name]?.length)) return void (this.hidden = true);
    try {
      const answer = await this.shop.ask("recommend", asked, mine.signal);
      if (!mine.signal.aborted) this.#show(asked.kind, answer);
    } catch (problem) {
      // A page is whole without a strip: it goes, and whoever builds the page reads why.
      if (problem.name === "AbortError") return;
      this.hidden = true;
      if (problem.kind === "refused") console.error(`weft-recommendations: ${problem.message}`);
      if (problem.kind === "preparing") setTimeout(() => this.isConnected && this.renewed(), problem.wait * 1000);
    }
  }

  #show(kind, { items = [], query_id }) {
    const words = this.words;
    this.#seen.end();
    this.hidden = !items.length;
    const heading = this.getAttribute("heading") ?? words.say(kind);
    const cards = items.map((item, place) => this.card(item, { place: kind, position: place + 1, query_id }, words));
    this.row = make("ul", { class: "row", part: "hits", tabindex: "-1" }, cards);
    const step = (sign) => () => {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.row.scrollBy({ left: sign * (this.rightToLeft ? -1 : 1) * this.row.clientWidth * 0.8, behavior: still ? "auto" : "smooth" });
    };
    const buttons = [["back", -1], ["on", 1]].map(([name, sign]) =>
      make("button", { type: "button", class: `step ${name}`, part: "step", "aria-label": words.say(name), click: step(sign) }, drawn(name)));
    this.shadowRoot.replaceChildren(
      make("section", { class: "strip", part: "strip", "aria-label": heading },
        make("div", { class: "top" }, make("h2", { class: "heading", part: "heading" }, heading), make("div", { class: "steps" }, buttons)), this.row));
    const wide = () => this.shadowRoot.querySelector(".steps")?.classList.toggle("unneeded", this.row.scrollWidth <= this.row.clientWidth + 1);
    requestAnimationFrame(wide);
    cards.forEach((card) => this.#seen.add(card));
  }
}
