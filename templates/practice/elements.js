// Building and finding elements.

/** @type {(selector: string, within?: ParentNode) => any} */
const find = (selector, within = document) => within.querySelector(selector);
/** @type {(selector: string, within?: ParentNode) => any[]} */
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

// An element with attributes (a function is a listener, null and false leave out) and children (strings or nodes).
/** @type {<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes?: Attributes, ...children: (Child | Child[])[]) => HTMLElementTagNameMap[Tag]} */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  const shown = children.flat().filter((child) => child !== null && child !== undefined);
  element.append(...shown.filter((child) => child !== ""));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
/** @type {<Tag extends keyof SVGElementTagNameMap>(tag: Tag, attributes?: Record<string, string | number | null>, ...children: (Node | string)[]) => SVGElementTagNameMap[Tag]} */
function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

// Says something to who listens and cannot see; the same words twice are said twice.
/** @type {(words: string) => void} */
function announce(words) {
  const region = find("#announcements");
  region.textContent = "";
  setTimeout(() => {
    region.textContent = words;
  }, 60);
}

// Moves the focus to what has just appeared, which need not be a control.
/** @type {(element: HTMLElement | SVGElement, how?: FocusOptions) => void} */
function focusOn(element, how = {}) {
  if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]"))
    element.setAttribute("tabindex", "-1");
  element.focus(how);
}

/** @type {(count: number, one: string, many?: string) => string} */
const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
/** @type {(words: string[]) => string} */
const listed = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
