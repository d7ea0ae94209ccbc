// How a page asks Weft: with a browser key, and with nothing of the shopper's.
class Trouble extends Error {
  constructor(kind, wait = 0, said = "") {
    super(said || kind);
    this.kind = kind;
    this.wait = wait;
  }
}

const KINDS = { 429: "busy", 503: "preparing", 401: "refused", 403: "refused" };

class Shop {
  static #all = new Map();

  // One of each key, so that all elements of a page share what they know.
  static of(endpoint, key) {
    const name = `${endpoint} ${key}`;
    if (!Shop.#all.has(name)) Shop.#all.set(name, new Shop(endpoint, key));
    return Shop.#all.get(name);
  }

  static get first() {
    return SCRIPT.key ? Shop.of(SCRIPT.endpoint, SCRIPT.key) : Shop.#all.values().next().value;
  }

  constructor(endpoint, key) {
    this.endpoint = endpoint;
    this.key = key;
    this.behaviors = new Behaviors(this);
  }

  async ask(skill, body, signal) {
    let response;
    try {
      response = await fetch(`${this.endpoint}/api/v1/skills/${skill}`, {
        method: "POST",
        headers: { authorization: `Bearer ${this.key}`, "content-type": "application/json" },
        body: JSON.stringify(body),
        credentials: "omit",
        signal,
      });
    } catch (problem) {
      if (problem.name === "AbortError") throw problem;
      throw new Trouble(navigator.onLine === false ? "offline" : "failed");
    }
    if (response.ok) return response.json();
    const problem = await response.json().catch(() => ({}));
    throw new Trouble(KINDS[response.status] ?? "failed", Number(response.headers.get("retry-after")) || 2, problem.detail);
  }
}

// What the page's script element says for all elements that do not say otherwise.
const SCRIPT = (() => {
  const own = document.currentScript;
  const endpoint = own?.src ? new URL(own.src).origin : location.origin;
  return { endpoint: own?.dataset.endpoint ?? endpoint, key: own?.dataset.key ?? "", consent: own?.dataset.consent };
})();
