// The elements' names, and what a page's own scripts may call.
if (!customElements.get("weft-search")) {
  customElements.define("weft-search", Search);
  customElements.define("weft-recommendations", Strip);
  const behaviors = (what) => (Shop.first ? what(Shop.first.behaviors) : undefined);
  window.weft = {
    // A product was looked at: call it on its page.
    view: (product) => behaviors((all) => all.view(product)),
    // A product was put into the cart.
    cart: (product, told = {}) => behaviors((all) => all.put("cart", { quantity: 1, ...all.cameFrom(product), ...told, product })),
    // Products were bought: [{product, quantity, price}], and of the order what is to be kept with each.
    purchase: (lines, order = {}) => behaviors((all) => {
      for (const line of lines) all.put("purchase", { quantity: 1, ...all.cameFrom(line.product), ...order, ...line });
      all.flush();
    }),
    // Whether the shopper has agreed to be known again.
    consent: (given) => behaviors((all) => (all.consent = given)),
    flush: () => behaviors((all) => all.flush()),
  };
}
