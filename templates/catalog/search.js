// Which items fit what is asked for, and in which order they stand.

// What is asked for: `words` that all have to occur, `filters` from a property to a value, the range of work.
/** @type {(item: CatalogItem, wanted: Wanted) => boolean} */
function fits(item, { words, filters, least, most }) {
  return (
    words.every((word) => item.words.includes(word)) &&
    Object.entries(filters).every(([name, value]) => [item[name]].flat().includes(value)) &&
    meets(item.work, least, most)
  );
}

// Whether some variant can lie in the range; an item without variants asks for no work.
/** @type {(work: number[], least: number, most: number) => boolean} */
function meets(work, least, most) {
  if (least === -Infinity && most === Infinity) return true;
  const [low, , high] = work;
  return work.length > 0 && high >= least && low <= most;
}

/** @type {(item: CatalogItem) => number} */
const median = (item) => item.work[1] ?? Infinity;

/** @type {Record<string, (a: CatalogItem, b: CatalogItem) => number>} */
const ORDERS = {
  banks: () => 0,
  least: (a, b) => median(a) - median(b),
  most: (a, b) => (b.work[1] ?? -1) - (a.work[1] ?? -1),
  variants: (a, b) => b.variants - a.variants,
  title: (a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0),
};

// What the form of the page asks for.
/** @type {(form: HTMLFormElement) => Wanted} */
function asked(form) {
  /** @type {(id: string, otherwise: number) => number} */
  const number = (id, otherwise) => {
    const { value } = one(form, id);
    return value === "" || Number.isNaN(Number(value)) ? otherwise : Number(value);
  };
  /** @type {Record<string, string>} */
  const filters = {};
  for (const select of all(form, "[data-filter]")) {
    if (select.value) filters[select.dataset.filter] = select.value;
  }
  return {
    words: one(form, "#search").value.toLowerCase().split(/\s+/).filter(Boolean),
    filters,
    least: number("#least", -Infinity),
    most: number("#most", Infinity),
  };
}
