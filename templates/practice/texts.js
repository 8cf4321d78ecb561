// The texts of the page: skeletons with holes, filled on demand (see gdquiz/rendering/fragments.py).

const HOLE = "\ue000";

/** @type {(data: PageData) => Texts} */
function textsOf(data) {
  const skeletons = data.skeletons.map((skeleton) => skeleton.split(HOLE));
  /** @type {Map<number, string>} */
  const known = new Map();
  /** @type {(number: TextNumber) => string} */
  const html = (number) => {
    const before = known.get(number);
    if (before !== undefined) return before;
    const [skeleton, ...values] = data.texts[number];
    const filled = skeletons[skeleton].reduce((text, literal, i) => {
      const value = values[i - 1];
      return text + (typeof value === "string" ? value : html(value)) + literal;
    });
    known.set(number, filled);
    return filled;
  };
  return {
    html,
    // A text as an element; its HTML was made by gdquiz, which escapes whatever an author wrote.
    element: (tag, number, attributes = {}) => {
      const element = make(tag, attributes);
      if (number !== undefined && number !== null) element.innerHTML = html(number);
      return element;
    },
  };
}
