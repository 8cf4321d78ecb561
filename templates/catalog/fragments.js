// Fragments of HTML: skeletons with holes, put together on demand (see gdquiz/rendering/fragments.py).

const HOLE = "\ue000";

// A function from the number of a text to its HTML.
/** @type {(page: { skeletons: string[]; texts: Fragment[] }) => (number: number) => string} */
function fragmentsOf({ skeletons, texts }) {
  const literals = skeletons.map((skeleton) => skeleton.split(HOLE));

  /** @type {(number: number) => string} */
  function html(number) {
    const [skeleton, ...values] = texts[number];
    return literals[skeleton].reduce((text, literal, at) => {
      const value = values[at - 1];
      return text + (typeof value === "number" ? html(value) : value) + literal;
    });
  }

  return html;
}

// The element, and all elements, of a selector; the page's templates have them.
/** @type {(within: ParentNode, selector: string) => any} */
const one = (within, selector) => within.querySelector(selector);
/** @type {(within: ParentNode, selector: string) => any[]} */
const all = (within, selector) => [...within.querySelectorAll(selector)];

// 1 item, 1,234 items.
/** @type {(number: number, thing: string) => string} */
function counted(number, thing) {
  return `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`;
}
