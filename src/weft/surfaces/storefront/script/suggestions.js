// The list of suggestions below a search box: opened and closed, gone through by keys, and one of them taken.
class Suggestions {
  #options = [];
  #active = -1;

  constructor(input, take) {
    this.input = input;
    this.take = take;
    this.element = make("div", { role: "listbox", id: "options", class: "options", part: "suggestions", hidden: true });
  }

  get count() {
    return this.#options.length;
  }

  get isOpen() {
    return !this.element.hidden;
  }

  // The one that the keys have gone to, if any.
  get pointed() {
    return this.isOpen ? this.#options[this.#active] : undefined;
  }

  // Draw the groups, each a name, its title and lines of an option with what is shown of it; nothing is pointed at then.
  offer(groups) {
    this.#options = [];
    const drawnGroups = groups.filter(([, , lines]) => lines.length).map(([name, title, lines]) =>
      make("div", { role: "group", class: `group ${name}`, "aria-labelledby": `group-${name}` },
        make("div", { class: "label", id: `group-${name}`, role: "presentation" }, title),
        lines.map(([option, ...shown]) => this.#line(option, shown))));
    this.element.replaceChildren(...drawnGroups);
    this.#active = -1;
  }

  emptied() {
    this.#options = [];
    this.close();
  }

  #line(option, shown) {
    const place = this.#options.push(option) - 1;
    const chosen = (event) => {
      // The focus stays in the box.
      event.preventDefault();
      if (event.type === "click") this.take(option);
    };
    option.element = make("div", { role: "option", id: `option-${place}`, class: "option", part: "suggestion", "aria-selected": "false", mousedown: chosen, click: chosen }, shown);
    return option.element;
  }

  open() {
    this.element.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    this.element.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.point(-1);
  }

  // Go on by a step; before the first and behind the last stands the box itself.
  step(by) {
    if (!this.isOpen) this.open();
    const places = this.#options.length + 1;
    this.point(((this.#active + 1 + by + places) % places) - 1);
  }

  point(place) {
    this.#options[this.#active]?.element.setAttribute("aria-selected", "false");
    this.#active = place;
    const option = this.#options[place]?.element;
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }
}
