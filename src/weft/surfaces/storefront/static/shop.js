// The storefront's own small script: a cart that this browser keeps, a question, and what is told to Weft of both.
const home = document.body.dataset.home;
const search = document.querySelector("weft-search");
const drawer = document.querySelector(".drawer");
const language = document.documentElement.lang;

function kept(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`${home} ${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(`${home} ${name}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing has a cart until the page is left.
  }
}

function money(amount, currency) {
  const format = new Intl.NumberFormat(language, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

let cart = kept("cart", []);

function element(tag, told, ...children) {
  const made = Object.assign(document.createElement(tag), told);
  made.append(...children);
  return made;
}

function line(one) {
  const picture = element("img", { src: `${home}/pictures/${encodeURIComponent(one.product)}`, alt: "", width: 56, height: 56 });
  const title = element("a", { href: `${home}/products/${encodeURIComponent(one.product)}`, textContent: one.title });
  const price = element("span", { className: "price", textContent: `${one.quantity} × ${money(one.price, one.currency)}` });
  const remove = element("button", { type: "button", textContent: "Remove" });
  remove.setAttribute("aria-label", `Remove ${one.title}`);
  remove.addEventListener("click", () => change(cart.filter((other) => other !== one)));
  return element("li", {}, picture, element("div", {}, title, price), remove);
}

function change(lines) {
  cart = lines;
  keep("cart", cart);
  show();
}

function show() {
  const count = cart.reduce((sum, one) => sum + one.quantity, 0);
  document.querySelector(".basket .number").textContent = count;
  drawer.querySelector(".lines").replaceChildren(...cart.map(line));
  drawer.querySelector(".empty").hidden = count > 0;
  drawer.querySelector(".sum").hidden = drawer.querySelector(".buy").hidden = count === 0;
  if (count) drawer.querySelector("output").textContent = money(cart.reduce((sum, one) => sum + one.quantity * one.price, 0), cart[0].currency);
  const strip = drawer.querySelector("weft-recommendations");
  if (drawer.open && count) strip.setAttribute("cart", cart.map((one) => one.product).join(","));
}

function add(product, price) {
  const there = cart.find((one) => one.product === product.id && one.price === price);
  if (there) there.quantity += 1;
  else cart.push({ product: product.id, title: product.title, price, currency: product.currency, quantity: 1 });
  weft.cart(product.id, { price: { amount: price, currency: product.currency } });
  change(cart);
  drawer.showModal();
  show();
}

document.querySelector(".basket").addEventListener("click", () => {
  drawer.showModal();
  show();
});
drawer.addEventListener("click", (event) => event.target === drawer && drawer.close());
drawer.querySelector(".buy").addEventListener("click", () => {
  weft.purchase(cart.map(({ product, quantity, price, currency }) => ({ product, quantity, price: { amount: price, currency } })));
  change([]);
  drawer.close();
});

for (const button of document.querySelectorAll("[data-query]")) {
  button.addEventListener("click", () => (button.dataset.query ? search.search(button.dataset.query) : search.browse()));
}
for (const button of document.querySelectorAll("[data-category]")) {
  button.addEventListener("click", () => search.browse(button.dataset.category));
}

const page = document.querySelector("[data-product]");
if (page) {
  const product = JSON.parse(page.dataset.product);
  const shown = page.querySelector(".price");
  const select = page.querySelector("select");
  const price = () => (select ? Number(select.value) : product.price);
  const tell = () => (shown.textContent = product.currency ? money(price(), product.currency) : "");
  select?.addEventListener("change", tell);
  tell();
  weft.view(product.id);
  page.querySelector(".add").addEventListener("click", () => add(product, price()));
}

const question = document.querySelector(".consent");
const answered = kept("consent", null);
if (answered) weft.consent(answered === "granted");
else question.hidden = navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";
question.addEventListener("click", (event) => {
  const said = event.target.dataset.consent;
  if (!said) return;
  keep("consent", said);
  weft.consent(said === "granted");
  question.hidden = true;
});
show();
