// Fragments of HTML: skeletons with holes, put together on demand (see gdquiz/rendering/fragments.py).

const HOLE = "\ue000";

// A function from the number of a text to its HTML.
function fragmentsOf({ skeletons, texts }) {
  const literals = skeletons.map((skeleton) => skeleton.split(HOLE));

  function html(number) {
    const [skeleton, ...values] = texts[number];
    return literals[skeleton].reduce((text, literal, at) => {
      const value = values[at - 1];
      return text + (typeof value === "number" ? html(value) : value) + literal;
    });
  }

  return html;
}

// 1 item, 1,234 items.
function counted(number, thing) {
  return `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`;
}
