// Which items fit what is asked for, and in which order they stand.

// What is asked for: `words` that all have to occur, `filters` from a property to a value, the range of difficulty.
function fits(item, { words, filters, easiest, hardest }) {
  return (
    words.every((word) => item.words.includes(word)) &&
    Object.entries(filters).every(([name, value]) => [item[name]].flat().includes(value)) &&
    meets(item.difficulty, easiest, hardest)
  );
}

// Whether some variant can lie in the range; an item without variants has no difficulty.
function meets(difficulty, easiest, hardest) {
  if (easiest === -Infinity && hardest === Infinity) return true;
  const [low, , high] = difficulty;
  return difficulty.length > 0 && high >= easiest && low <= hardest;
}

const median = (item) => item.difficulty[1] ?? Infinity;

const ORDERS = {
  banks: () => 0,
  easiest: (a, b) => median(a) - median(b),
  hardest: (a, b) => (b.difficulty[1] ?? -1) - (a.difficulty[1] ?? -1),
  variants: (a, b) => b.variants - a.variants,
  title: (a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0),
};

// What the form of the page asks for.
function asked(form) {
  const number = (id, otherwise) => {
    const { value } = form.querySelector(id);
    return value === "" || Number.isNaN(Number(value)) ? otherwise : Number(value);
  };
  const filters = {};
  for (const select of form.querySelectorAll("[data-filter]")) {
    if (select.value) filters[select.dataset.filter] = select.value;
  }
  return {
    words: form.querySelector("#search").value.toLowerCase().split(/\s+/).filter(Boolean),
    filters,
    easiest: number("#easiest", -Infinity),
    hardest: number("#hardest", Infinity),
  };
}
