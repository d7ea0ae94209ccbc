// The parts of which pages are made. Texts become text nodes: nothing that a catalog says is ever read as HTML.
function make(tag, told = {}, ...children) {
  const element = document.createElementNS(tag === "svg" || tag === "path" ? SVG : XHTML, tag);
  for (const [name, value] of Object.entries(told)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const XHTML = "http://www.w3.org/1999/xhtml";
const SVG = "http://www.w3.org/2000/svg";
const DRAWN = {
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm5 11.5 4.5 4.5",
  cross: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  filter: "M4 7h16M7 12h10M10 17h4",
  back: "M15 5l-7 7 7 7",
  on: "M9 5l7 7-7 7",
};

function drawn(name) {
  return make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "drawn" }, make("path", { d: DRAWN[name] }));
}

// An address that leads to a page or a picture; what could run a script is none.
function address(text) {
  const parsed = plain(() => new URL(text, document.baseURI), null);
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.href : null;
}

function filledIn(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? encodeURIComponent(values[key] ?? "") : whole));
}

// A text with what was found between <mark> and </mark>, otherwise escaped, as nodes.
function marked(text) {
  const plainly = (part) => part.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);
  return text.split(/<mark>(.*?)<\/mark>/s).map((part, place) => (place % 2 ? make("mark", { part: "mark" }, plainly(part)) : plainly(part)));
}

function hueOf(text) {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}

// A product's picture; a quiet tile with its first letter where there is none, or where it does not come.
function picture(product, template) {
  const letter = [...(product.title || product.id).replace(/[^\p{L}\p{N}]/gu, "")][0] ?? "·";
  const tile = make("span", { class: "picture", part: "picture", "aria-hidden": "true" }, make("span", { class: "letter" }, letter.toUpperCase()));
  tile.style.setProperty("--hue", hueOf(product.id));
  const source = address(template ? filledIn(template, product) : product.image);
  if (source && (template || product.image)) {
    const image = make("img", { src: source, alt: "", loading: "lazy", decoding: "async", error: () => image.remove() });
    tile.append(image);
  }
  return tile;
}

function priceOf(product, words) {
  const { price, price_to: most } = product;
  if (price?.amount === undefined || price?.amount === null || !price.currency) return null;
  const low = words.price(price.amount, price.currency);
  return make("span", { class: "price", part: "price" }, most ? words.say("fromPrice", { price: low }) : low);
}

// What all elements share: their shop, their words, their way to a product.
class Part extends HTMLElement {
  #labels = null;

  get shop() {
    const given = this.getAttribute("endpoint");
    const endpoint = given ? new URL(given, document.baseURI).href.replace(/\/$/, "") : SCRIPT.endpoint;
    const shop = Shop.of(endpoint, this.getAttribute("key") || SCRIPT.key);
    if (this.hasAttribute("consent")) shop.behaviors.consent = this.getAttribute("consent") !== "denied";
    return shop;
  }

  set labels(own) {
    this.#labels = own;
    if (this.isConnected) this.renewed();
  }

  get words() {
    const language = this.closest("[lang]")?.lang || document.documentElement.lang || navigator.language;
    const written = plain(() => JSON.parse(this.getAttribute("labels")), null);
    return new Words(language, this.#labels ?? written);
  }

  // Words that a page set before this script had come.
  caughtUp() {
    if (!Object.hasOwn(this, "labels")) return;
    const own = this.labels;
    delete this.labels;
    this.#labels = own;
  }

  get rightToLeft() {
    return getComputedStyle(this).direction === "rtl";
  }

  addressOf(product) {
    return address(filledIn(this.getAttribute("product-url") || "/products/{id}", product)) ?? "#";
  }

  // Tell the page that a product was chosen; answers whether to go there.
  chosen(product, told) {
    this.shop.behaviors.click(product.id, told);
    const event = new CustomEvent("weft-select", { detail: { product, ...told }, bubbles: true, composed: true, cancelable: true });
    return this.dispatchEvent(event);
  }

  card(product, told, words) {
    const title = product.highlights?.title ? marked(product.highlights.title) : product.title;
    const out = product.available === false;
    const link = make(
      "a",
      { href: this.addressOf(product), part: "card-link", click: (event) => this.chosen(product, told) || event.preventDefault() },
      picture(product, this.getAttribute("picture-url")),
      make("span", { class: "title", part: "title" }, make("bdi", {}, title)),
      product.vendor ? make("span", { class: "vendor", part: "vendor" }, make("bdi", {}, product.vendor)) : null,
      priceOf(product, words),
      out ? make("span", { class: "out", part: "sold-out" }, words.say("soldOut")) : null,
    );
    const item = make("li", { class: `card${out ? " sold" : ""}`, part: "card" }, link);
    item.told = { product: product.id, ...told };
    return item;
  }
}

const LOOK = new CSSStyleSheet();
LOOK.replaceSync(STYLE);
