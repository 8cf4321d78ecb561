// The page: its three views, its colours, and the start of everything.

/** @type {PageData} */
const data = JSON.parse(find("#data").textContent);
data.items.forEach((item) => Object.assign(item, { questions: [], codes: new Set(), lot: Math.random() }));
data.questions.forEach((question) => {
  const item = data.items[question.item];
  item.questions.push(question);
  question.name = `${item.id}/${question.row}`;
  for (const part of question.parts) for (const wrong of part.wrong ?? []) if (wrong.code) item.codes.add(wrong.code);
});
const texts = textsOf(data),
  session = storedSession(data, warn, () => find("#progress").hidden || paint());

// Warnings stand above everything until their reason is gone.
/** @type {(warnings: string[]) => void} */
function warn(warnings) {
  find("#warnings").replaceChildren(...warnings.map((words) => make("p", { class: "bad" }, words)));
}

// --- colours ---

const themeChoice = find("#theme");
/** @type {(theme: string) => void} */
const paintTheme = (theme) => {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
};
try {
  themeChoice.value = localStorage.getItem(`${STORE}-theme`) ?? "";
} catch {
  /* nothing is kept */
}
paintTheme(themeChoice.value);
themeChoice.addEventListener("change", () => {
  paintTheme(themeChoice.value);
  try {
    localStorage.setItem(`${STORE}-theme`, themeChoice.value);
  } catch {
    /* nothing is kept */
  }
});

// --- views ---

const views = ["practice", "progress", "explore"];
/** @type {ReturnType<typeof startExplorer> | null} */
let explorer = null;
const practice = startPractice(find("#practice"), data, texts, session);
const paint = () =>
  paintProgress(
    find("#progress"),
    data,
    texts,
    session,
    (scope) => {
      location.hash = "#practice";
      showView();
      practice.practise(scope);
    },
    () => {
      paint();
      practice.again();
    },
  );

function showView() {
  const [wanted, what] = decodeURIComponent(location.hash.slice(1)).split("="),
    view = views.includes(wanted) ? wanted : "practice";
  for (const name of views) find(`#${name}`).hidden = name !== view;
  for (const link of findAll("nav a")) {
    if (link.hash === `#${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view === "progress") paint();
  if (view === "explore") {
    explorer ??= startExplorer(find("#explore"), data);
    if (what) explorer.show(what);
  }
  if (view === "practice" && what) practice.show(what);
  return view;
}
showView();
addEventListener("hashchange", () => {
  if (location.hash === "#main") return;
  const view = find(`#${showView()}`);
  focusOn(find("h2", view) ?? view);
  scrollTo(0, 0);
});

// --- formulas that are wider than their place get a line of their own, which scrolls ---------------------------------

function fitFormulas() {
  for (const formula of findAll("main math:not([display])")) {
    const home = formula.closest("p, li, div, label, td, fieldset");
    if (!home?.clientWidth) continue;
    formula.classList.remove("long");
    const long = formula.getBoundingClientRect().width > home.clientWidth;
    formula.classList.toggle("long", long);
    if (long) formula.setAttribute("tabindex", "0");
    else formula.removeAttribute("tabindex");
  }
}
let fitting = 0;
const fitSoon = () => {
  cancelAnimationFrame(fitting);
  fitting = requestAnimationFrame(fitFormulas);
};
new MutationObserver(fitSoon).observe(find("main"), { childList: true, subtree: true, attributeFilter: ["hidden"] });
addEventListener("resize", fitSoon);
fitSoon();

// The marking, judging and tracing of this page on data alone, so that they can be held against Python's.
globalThis.gdquiz = Object.freeze({
  /** @type {(part: Part, key: Key, response: Answer, earlier: Record<string, string>, grammar: Grammar) => object} */
  mark: (part, key, response, earlier, grammar) => {
    const given = Object.fromEntries(Object.entries(earlier).map(([name, value]) => [name, exactly(value)]));
    const marking = mark(part, key, response, given, grammar);
    return { ...marking, credit: plainRatio(marking.credit), wrong: undefined };
  },
  /** @type {Explorer["judge"]} */
  judge: (...run) => (explorer ??= startExplorer(find("#explore"), data)).judge(...run),
  /** @type {(text: string) => object} */
  read: (text) => {
    const { record, faults } = recordFrom(text, data);
    return { faults, record, progress: record && progressOf(record, data.mastery) };
  },
  /** @type {(...texts: string[]) => string} */
  join: (...texts) => textOf(joined(...texts.map((text) => present(recordFrom(text, data).record)))),
  /** @type {(known: number, credit: number, chance: number) => number} */
  after: (known, credit, chance) => after(known, credit, chance, data.mastery),
});
