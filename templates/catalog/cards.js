// The card of an item: opened and closed, with one of its variants at a time.

/** @type {(article: HTMLElement, item: CatalogItem, html: (number: number) => string) => Card} */
function cardOf(article, item, html) {
  const opener = one(article, ".opener");
  const panel = one(article, ".panel");
  const another = one(article, ".another");
  let shown = -1;

  /** @type {(number: number) => void} */
  function show(number) {
    shown = number;
    const which = one(article, ".which");
    const count = item.samples.length;
    if (count === 0) {
      which.textContent = "No variant of this item can be printed.";
      another.hidden = true;
      return;
    }
    const row = item.rows[shown].toLocaleString("en");
    which.textContent = `Variant ${shown + 1} of the ${count} shown here: row ${row}, work ${item.levels[shown]}`;
    another.hidden = count === 1;
    one(article, ".sample").innerHTML = html(item.samples[shown]); // made by gdquiz, which escaped all texts
  }

  /** @type {(wanted: boolean) => void} */
  function open(wanted) {
    if (wanted && shown < 0) show(0);
    panel.hidden = !wanted;
    opener.setAttribute("aria-expanded", String(wanted));
  }

  opener.addEventListener("click", () => open(panel.hidden));
  another.addEventListener("click", () => show((shown + 1) % item.samples.length));
  return { article, item, open, pick: one(article, ".pick") };
}
