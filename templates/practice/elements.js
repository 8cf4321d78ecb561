// Building and finding elements.

const find = (selector, within = document) => within.querySelector(selector);
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

// An element with attributes (a function is a listener, null and false leave out) and children (strings or nodes).
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Says something to who listens and cannot see; the same words twice are said twice.
function announce(words) {
  const region = find("#announcements");
  region.textContent = "";
  setTimeout(() => {
    region.textContent = words;
  }, 60);
}

// Moves the focus to what has just appeared, which need not be a control.
function focusOn(element, how = {}) {
  if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]"))
    element.setAttribute("tabindex", "-1");
  element.focus(how);
}

const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
const listed = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
