// What shoppers do, told in batches. Who does it is told only with consent, and to whom asks not to be tracked nothing is kept.
const BATCH = 50;
const WAIT = 3000;
const MOST_REMEMBERED = 100;

function identifier() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function kept(storage, name, make) {
  // A browser may refuse to keep anything, or hand over nothing at all.
  return plain(() => {
    const there = window[storage].getItem(name);
    if (there || !make) return there;
    const made = make();
    window[storage].setItem(name, made);
    return made;
  }, null);
}

class Behaviors {
  #waiting = [];
  #timer = 0;
  #origins = new Map();
  #viewed = [];
  #said = SCRIPT.consent === undefined ? null : SCRIPT.consent !== "denied";

  constructor(shop) {
    this.shop = shop;
    addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.flush());
  }

  static get untracked() {
    return navigator.globalPrivacyControl === true || navigator.doNotTrack === "1" || window.doNotTrack === "1";
  }

  get consent() {
    return this.#said === true && !Behaviors.untracked;
  }

  set consent(given) {
    this.#said = Boolean(given);
    if (!given) {
      plain(() => localStorage.removeItem("weft-visitor"));
      plain(() => ["weft-session", "weft-origins", "weft-viewed"].forEach((name) => sessionStorage.removeItem(name)));
    }
  }

  get visitor() {
    return this.consent ? kept("localStorage", "weft-visitor", identifier) : null;
  }

  get viewed() {
    const before = this.consent ? plain(() => JSON.parse(kept("sessionStorage", "weft-viewed")), null) : null;
    return Array.isArray(before) && before.length > this.#viewed.length ? before : this.#viewed;
  }

  put(action, told) {
    if (Behaviors.untracked) return;
    const behavior = { id: identifier(), action, at: new Date().toISOString(), ...told, consent: this.consent };
    if (this.consent) {
      behavior.visitor = this.visitor;
      behavior.session = kept("sessionStorage", "weft-session", identifier);
    }
    this.#waiting.push(behavior);
    if (this.#waiting.length >= BATCH) this.flush();
    else this.#timer ||= setTimeout(() => this.flush(), WAIT);
  }

  // A click is what a later cart or purchase of the product is credited to.
  click(product, told) {
    this.put("click", { product, ...told });
    const all = [...this.#remembered(), [product, { query_id: told.query_id, query: told.query, place: told.place }]];
    this.#origins = new Map(all.slice(-MOST_REMEMBERED));
    if (this.consent) plain(() => sessionStorage.setItem("weft-origins", JSON.stringify([...this.#origins])));
    this.flush();
  }

  #remembered() {
    const before = this.consent ? plain(() => JSON.parse(kept("sessionStorage", "weft-origins")), null) : null;
    return Array.isArray(before) ? new Map([...before, ...this.#origins]) : this.#origins;
  }

  cameFrom(product) {
    return new Map(this.#remembered()).get(product) ?? {};
  }

  view(product) {
    this.#viewed = [product, ...this.viewed.filter((one) => one !== product)].slice(0, MOST_REMEMBERED);
    if (this.consent) plain(() => sessionStorage.setItem("weft-viewed", JSON.stringify(this.#viewed)));
    this.put("view", { product, ...this.cameFrom(product) });
  }

  flush() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    while (this.#waiting.length) this.#send(this.#waiting.splice(0, BATCH));
  }

  #send(behaviors) {
    const address = `${this.shop.endpoint}/api/v1/behaviors?key=${encodeURIComponent(this.shop.key)}`;
    const body = JSON.stringify({ behaviors });
    // As plain text it needs no question beforehand, for which a page that is being left has no time.
    if (plain(() => navigator.sendBeacon(address, new Blob([body], { type: "text/plain" })), false)) return;
    fetch(address, { method: "POST", body, keepalive: true, credentials: "omit", mode: "no-cors" }).catch(() => {});
  }
}

// Tells which of the things on a page were seen: half of it for half a second, each once.
class Seen {
  #timers = new Map();

  constructor(tell) {
    this.watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(this.#timers.get(target));
        if (!isIntersecting) continue;
        const seen = () => {
          this.watch.unobserve(target);
          tell(target);
        };
        this.#timers.set(target, setTimeout(seen, 500));
      }
    }, { threshold: 0.5 });
  }

  add(element) {
    this.watch.observe(element);
  }

  end() {
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
    this.watch.disconnect();
  }
}
