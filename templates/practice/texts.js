// The texts of the page: skeletons with holes, filled on demand (see gdquiz/rendering/fragments.py).

const HOLE = "\ue000";

function textsOf(data) {
  const skeletons = data.skeletons.map((skeleton) => skeleton.split(HOLE));
  const known = new Map();
  const html = (number) => {
    if (!known.has(number)) {
      const [skeleton, ...values] = data.texts[number],
        literals = skeletons[skeleton];
      known.set(
        number,
        literals.reduce(
          (text, literal, i) =>
            text + (typeof values[i - 1] === "string" ? values[i - 1] : html(values[i - 1])) + literal,
        ),
      );
    }
    return known.get(number);
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
