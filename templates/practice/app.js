// The page: its three views, its colours, and the start of everything.

const data = JSON.parse(find("#data").textContent);
data.questions.forEach((question) => {
  const item = data.items[question.item];
  Object.assign(question, { skill: item.skill, topic: item.topic, name: `${item.id}/${question.row}` });
});
const texts = textsOf(data), session = storedProgress(data);

// --- colours ---

const themeChoice = find("#theme");
const paintTheme = (theme) => {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
};
try {
  themeChoice.value = localStorage.getItem(`${STORE}-theme`) ?? "";
} catch { /* nothing is kept */ }
paintTheme(themeChoice.value);
themeChoice.addEventListener("change", () => {
  paintTheme(themeChoice.value);
  try {
    localStorage.setItem(`${STORE}-theme`, themeChoice.value);
  } catch { /* nothing is kept */ }
});

// --- views ---

const views = ["practice", "progress", "explore"];
let explorer = null;
const practice = startPractice(find("#practice"), data, texts, session, () => {});
const paint = () => paintProgress(find("#progress"), data, texts, session,
  (scope) => { location.hash = "#practice"; showView(); practice.practise(scope); },
  () => { paint(); practice.again(); });

function showView() {
  const [wanted, what] = decodeURIComponent(location.hash.slice(1)).split("="), view = views.includes(wanted) ? wanted : "practice";
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

// The marking, judging and tracing of this page on data alone, so that they can be held against Python's.
globalThis.gdquiz = Object.freeze({
  mark: (part, key, response, earlier, grammar) => {
    const given = Object.fromEntries(Object.entries(earlier).map(([name, value]) => [name, exact(value)]));
    const marking = mark(part, key, response, given, grammar);
    return { ...marking, credit: plainRatio(marking.credit), wrong: undefined };
  },
  judge: (...run) => (explorer ??= startExplorer(find("#explore"), data)).judge(...run),
  mastery: (answers) => answers.reduce((mastery, right) => updated(mastery, right, data.mastery), data.mastery.start),
});
