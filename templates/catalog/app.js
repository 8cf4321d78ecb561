// The page: its controls, the cards of its items, and what is chosen.

/** @type {<Id extends keyof Controls>(id: Id) => Controls[Id]} */
const find = (id) => /** @type {any} */ (document.getElementById(id));
/** @type {CatalogData} */
const content = JSON.parse(find("content").textContent ?? "");
const html = fragmentsOf(content);
const cards = all(document, ".card").map((article) =>
  cardOf(article, content.items[Number(article.dataset.number)], html),
);
let order = "banks";
let onlyChosen = false;

const chosen = () => cards.filter((card) => card.pick.checked);
const shown = () => cards.filter((card) => !card.article.hidden);

// --- searching ---

function search() {
  const wanted = asked(find("filters"));
  for (const card of cards) card.article.hidden = !(fits(card.item, wanted) && (card.pick.checked || !onlyChosen));
  const found = shown();
  const variants = found.reduce((sum, card) => sum + card.item.variants, 0);
  const whole = counted(cards.length, "item");
  find("found").innerHTML =
    `<strong>${found.length.toLocaleString("en")} of ${whole}</strong>, ${counted(variants, "variant")}`;
  find("nothing").hidden = found.length > 0;
  if (find("order").value !== order) {
    order = find("order").value;
    const sorted = [...cards].sort((a, b) => ORDERS[order](a.item, b.item));
    find("cards").append(...sorted.map((card) => card.article));
  }
}

function clear() {
  find("filters").reset();
  showOnlyChosen(false);
  find("search").focus();
}

// --- choosing ---

function choose() {
  const picked = chosen();
  for (const card of cards) card.article.classList.toggle("chosen", card.pick.checked);
  const points = picked.reduce((sum, card) => sum + card.item.points, 0);
  find("chosen").hidden = picked.length === 0;
  find("chosen-count").textContent = `${counted(picked.length, "item")} chosen, ${counted(points, "point")}`;
  find("count").max = `${picked.length}`;
  find("count").value = `${Math.max(1, Math.min(picked.length, Math.floor(Number(find("count").value)) || 1))}`;
  const drawn = find("some").checked ? Number(find("count").value) : 0;
  find("lines").value = blueprintLines(picked.map((card) => card.item), drawn, content.make);
  find("copied").textContent = "";
  if (onlyChosen) showOnlyChosen(picked.length > 0);
}

/** @type {(wanted: boolean) => void} */
function showLines(wanted) {
  find("lines-box").hidden = !wanted;
  find("show-lines").setAttribute("aria-expanded", String(wanted));
  find("show-lines").textContent = wanted ? "Hide the lines" : "Show the lines";
}

/** @type {(wanted: boolean) => void} */
function showOnlyChosen(wanted) {
  onlyChosen = wanted;
  find("show-chosen").setAttribute("aria-pressed", String(wanted));
  search();
}

async function copy() {
  showLines(true);
  find("copied").textContent = (await copied(find("lines")))
    ? "Copied. Paste the lines into a file, or at the end of a blueprint."
    : "This browser does not let the page copy. The lines are marked below: copy them with Ctrl+C.";
}

// --- wiring ---

/** @type {(id: keyof Controls, type: string, action: (event: Event) => unknown) => void} */
const on = (id, type, action) => find(id).addEventListener(type, action);

on("filters", "input", search);
on("filters", "submit", (event) => event.preventDefault());
on("clear", "click", clear);
on("clear-here", "click", clear);
on("open-all", "click", () => shown().forEach((card) => card.open(true)));
on("close-all", "click", () => cards.forEach((card) => card.open(false)));
on("choose-shown", "click", () => {
  for (const card of shown()) card.pick.checked = true;
  choose();
});
on("drop", "click", () => {
  for (const card of cards) card.pick.checked = false;
  choose();
  find("search").focus();
});
on("cards", "change", choose);
on("each", "change", choose);
on("some", "change", choose);
on("count", "change", choose);
on("copy", "click", copy);
on("show-lines", "click", () => showLines(find("lines-box").hidden));
on("show-chosen", "click", () => showOnlyChosen(!onlyChosen));
if (window.matchMedia("(max-width: 60rem)").matches) find("more").open = false;
find("filters").reset(); // browsers keep what was typed before a reload
for (const card of cards) card.pick.checked = false;
search();
