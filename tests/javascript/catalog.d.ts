// What the scripts of the catalog work on: the data that gdquiz.catalog.page puts into the page, and its controls.

// The number of a skeleton, and what fills its holes: texts, or numbers of further fragments.
type Fragment = [number, ...(number | string)[]];
interface CatalogItem {
  id: string;
  title: string;
  words: string;
  topic: string;
  skill: string;
  outcome: string;
  bloom: string;
  tier: string;
  kind: string[];
  misconception: string[];
  points: number;
  variants: number;
  // Least, median and most; nothing for an item without variants.
  work: number[];
  rows: number[];
  levels: string[];
  samples: number[];
  [property: string]: unknown;
}
interface CatalogData {
  items: CatalogItem[];
  skeletons: string[];
  texts: Fragment[];
  make: string;
}
interface Wanted {
  words: string[];
  filters: Record<string, string>;
  least: number;
  most: number;
}
interface Card {
  article: HTMLElement;
  item: CatalogItem;
  open: (wanted: boolean) => void;
  pick: HTMLInputElement;
}
// The elements of the page that have an id.
interface Controls {
  cards: HTMLElement;
  "choose-shown": HTMLButtonElement;
  chosen: HTMLElement;
  "chosen-count": HTMLElement;
  clear: HTMLButtonElement;
  "clear-here": HTMLButtonElement;
  "close-all": HTMLButtonElement;
  content: HTMLElement;
  copied: HTMLElement;
  copy: HTMLButtonElement;
  count: HTMLInputElement;
  drop: HTMLButtonElement;
  each: HTMLInputElement;
  filters: HTMLFormElement;
  found: HTMLElement;
  lines: HTMLTextAreaElement;
  "lines-box": HTMLElement;
  more: HTMLDetailsElement;
  nothing: HTMLElement;
  "open-all": HTMLButtonElement;
  order: HTMLSelectElement;
  search: HTMLInputElement;
  "show-chosen": HTMLButtonElement;
  "show-lines": HTMLButtonElement;
  some: HTMLInputElement;
}
