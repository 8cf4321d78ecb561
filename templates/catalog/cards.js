// The card of an item: opened and closed, with one of its variants at a time.

function cardOf(article, item, html) {
  const opener = article.querySelector(".opener");
  const panel = article.querySelector(".panel");
  const another = article.querySelector(".another");
  let shown = -1;

  function show(number) {
    shown = number;
    const which = article.querySelector(".which");
    const count = item.samples.length;
    if (count === 0) {
      which.textContent = "No variant of this item can be printed.";
      another.hidden = true;
      return;
    }
    const row = item.rows[shown].toLocaleString("en");
    which.textContent = `Variant ${shown + 1} of the ${count} shown here: row ${row}, work ${item.levels[shown]}`;
    another.hidden = count === 1;
    article.querySelector(".sample").innerHTML = html(item.samples[shown]); // made by gdquiz, which escaped all texts
  }

  function open(wanted) {
    if (wanted && shown < 0) show(0);
    panel.hidden = !wanted;
    opener.setAttribute("aria-expanded", String(wanted));
  }

  opener.addEventListener("click", () => open(panel.hidden));
  another.addEventListener("click", () => show((shown + 1) % item.samples.length));
  return { article, item, open, pick: article.querySelector(".pick") };
}
